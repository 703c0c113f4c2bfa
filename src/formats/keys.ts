/**
 * The keys a log line may carry that mean something here, and how each value is read.
 *
 * Takes a raw key of any spelling (`promptTokens`, `Prompt Tokens`, `prompt-tokens`), gives its
 * number and kind, or nothing. Never holds text of a log: unknown keys leave no trace.
 */

/**
 * How a value is read. `word`: a short string is decoded. `text`: a string stays where it is.
 * `raw`: the whole value stays where it is. `request`: what stands in it shapes the answer, so its
 * unknown members are kept too. `drop`: known, and without influence on the answer.
 */
export type KeyKind = 'word' | 'text' | 'raw' | 'request' | 'drop';

const WORDS = `
  model model_name model_id engine deployment deployment_name deployment_id llm_model llm model_served
  response_model used_model model_used main_model requested_model ai_model gen_ai_model model_version model_group
  gen_ai_response_model gen_ai_request_model gen_ai_provider_name gen_ai_system gen_ai_operation_name
  gen_ai_request_max_tokens gen_ai_request_temperature ai_response_model
  provider vendor provider_name custom_llm_provider llm_provider ai_org platform backend api_provider
  object type role finish_reason stop_reason status status_code http_status code response_status response_code
  service_tier tier endpoint path url method host call_type operation
  user user_id end_user customer_id tenant account consumer api_key_alias key_alias api_key_name
  user_api_key_alias user_api_key_user_id user_api_key_end_user_id project project_id team app app_name
  feature tag tags request_tags task task_type task_label region location inference_geo speed
  search_context_size
  error error_code error_type error_class error_str error_information exception failed success ok is_success
  cache_hit cached from_cache is_cached cache_status stream streamed is_stream streaming level
  usage token_usage tokens metrics stats meta metadata usage_object entry data extra attributes event
  properties response_cost cost cost_usd total_cost price spend amount usd cost_total estimated_cost
  cost_cents cost_micros cost_in_usd_ticks is_byok
  prompt_tokens input_tokens tokens_in in_tokens prompt_token_count input_token_count num_prompt_tokens
  request_tokens context_tokens n_prompt_tokens n_input_tokens native_tokens_prompt tokens_prompt tokens_input
  usage_prompt_tokens usage_input_tokens gen_ai_usage_input_tokens gen_ai_usage_prompt_tokens usage_input in
  completion_tokens output_tokens tokens_out out_tokens candidates_token_count output_token_count
  generated_tokens response_tokens n_generated num_completion_tokens completion_token_count n_completion_tokens
  n_output_tokens native_tokens_completion tokens_completion tokens_output usage_completion_tokens
  usage_output_tokens gen_ai_usage_output_tokens gen_ai_usage_completion_tokens usage_output out
  total_tokens token_count num_tokens total_token_count usage_total_tokens gen_ai_usage_total_tokens
  cached_tokens cache_read_tokens cache_read_input_tokens cached_input_tokens cache_read cache_reads
  cached_prompt_tokens prompt_cache_hit_tokens cache_hit_tokens tokens_cached num_cached_tokens
  cached_content_token_count prompt_cached_tokens prompt_cache_miss_tokens ai_usage_cached_input_tokens
  gen_ai_usage_cache_read_input_tokens gen_ai_usage_cached_tokens gen_ai_usage_cached_input_tokens
  gen_ai_usage_cache_creation_input_tokens
  cache_creation_input_tokens cache_creation_tokens cache_write_tokens cache_writes cache_creation cache_write
  prompt_cache_creation_tokens ephemeral_5m_input_tokens ephemeral_1h_input_tokens
  cache_write_5m_tokens cache_write_1h_tokens
  reasoning_tokens thinking_tokens thoughts_tokens thoughts_token_count completion_reasoning_tokens
  ai_usage_reasoning_tokens gen_ai_usage_reasoning_tokens
  cache_write_input_tokens cache_read_input_token_count cache_write_input_token_count cache_details ttl
  tool_use_prompt_token_count response_token_count prompt_eval_count eval_count
  no_cache_tokens cached_tokens_details input_token_details output_token_details billed_units
  cache_tokens_details candidates_tokens_details response_tokens_details tool_use_prompt_tokens_details
  schema_type modality traffic_type candidates grounding_metadata web_search_queries cached_prompt_text_tokens
  audio_tokens image_tokens text_tokens accepted_prediction_tokens rejected_prediction_tokens
  prompt_tokens_details input_tokens_details completion_tokens_details output_tokens_details
  server_tool_use web_search_requests iterations tool_usage web_search num_requests
  latency_ms latency duration_ms duration elapsed elapsed_ms response_ms took total_time wall_time
  request_duration request_duration_ms latency_s duration_seconds elapsed_seconds latency_seconds
  response_time response_time_ms ttft ttft_ms time_to_first_token first_token_ms first_token_latency
  max_tokens max_completion_tokens max_output_tokens temperature choices message result status_details
  incomplete_details usage_metadata num_model_requests usage_date_utc
  logs items rows results records events runs entries calls requests spans hits _source
  thoughts total cache read write action cache_tokens citation_tokens num_search_queries quota
  server_tool_use_details server_side_tool_usage server_side_tool_usage_details web_search_calls
  x_search_calls server_side_tool_web_search server_side_tool_x_search
  prompt_cache_read_tokens prompt_cache_write_tokens delay_ms request_model request_user_id request_path
  output_body_json amazon-bedrock-invocation_metrics provider_id cost_currency
  prompt_feedback block_reason provider_metadata anthropic
  cost_type unpriced_calls request_count call_count total_requests total_calls num_calls
` as const;

const TEXTS = `
  id request_id req_id uuid gen_ai_response_id response_id generation_id call_id correlation_id trace_id session_id
  conversation_id thread_id x_request_id batch_id custom_id
  timestamp ts time @timestamp created created_at date datetime datetime_utc start_time started_at
  request_time logged_at event_time end_time ended_at completed_at completion_start_time
  content text prompt input question query completion output answer system instructions messages
  parts reasoning_content
  response response_body resp res api_response raw_response response_json llm_output log line reason
  reasoning key other cache_reference_id request_created_at response_created_at processed_time completed
  create_time
` as const;

const RAWS = 'tools functions response_format model_parameters hidden_params tool_calls' as const;
const REQUESTS =
  'request request_body req kwargs body payload params messages input system prompt instructions contents system_instruction' as const;
const DROPS = `
  stream_options store safety_identifier prompt_cache_key prompt_cache_options
  prompt_cache_retention cache_control timeout extra_headers headers api_key organization
` as const;

/** The words of a list as types, so that a key that is in no list does not compile. */
type Words<List extends string, Found = never> = List extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Found | Line<Word>>
  : Found | Line<List>;
type Line<Word extends string> = Word extends `${infer Last}\n` ? Last : Word;

/** A canonical name. */
export type KeyName = Exclude<
  | Words<typeof WORDS>
  | Words<typeof TEXTS>
  | Words<typeof RAWS>
  | Words<typeof DROPS>
  | Words<typeof REQUESTS>,
  ''
>;

/** The canonical names by their number. */
export const KEY_NAMES: readonly string[] = [
  ...new Set([WORDS, TEXTS, RAWS, DROPS, REQUESTS].flatMap(split)),
];

/** The number of each canonical name: trees hold numbers, which compare faster. */
export const K = Object.fromEntries(KEY_NAMES.map((name, id) => [name, id])) as Readonly<
  Record<KeyName, number>
>;

/** The numbers of names; throws for one that is no key. */
export function keysOf(names: string): number[] {
  return split(names).map((name) => {
    const id = KEY_NAMES.indexOf(name);
    if (id < 0) throw new Error(`no such key: ${name}`);
    return id;
  });
}

/** Kinds for keys inside a request, where they differ from those outside. */
const INSIDE: ReadonlyMap<string, KeyKind> = new Map([
  ...split('url path host data reasoning').map((key): [string, KeyKind] => [key, 'raw']),
]);

function split(list: string): string[] {
  return list.trim().split(/\s+/);
}

/** Lower case without separators: the form in which spellings meet. */
function fold(key: string): string {
  return key.toLowerCase().replace(/[_\-. ]/g, '');
}

interface KeyEntry {
  readonly id: number;
  readonly kind: KeyKind;
  /** The kind when the key stands inside a request. */
  readonly inside: KeyKind;
}

const BY_FOLD: ReadonlyMap<string, KeyEntry> = buildTable();

/** Most logs spell names as they are spelled here: then there is nothing to fold. */
const BY_NAME: ReadonlyMap<string, KeyEntry> = new Map(
  KEY_NAMES.map((name) => [name, BY_FOLD.get(fold(name)) as KeyEntry]),
);

function buildTable(): Map<string, KeyEntry> {
  const table = new Map<string, KeyEntry>();
  const lists: [string, KeyKind][] = [
    [WORDS, 'word'],
    [TEXTS, 'text'],
    [RAWS, 'raw'],
    [DROPS, 'drop'],
    [REQUESTS, 'request'],
  ];
  for (const [list, kind] of lists) {
    for (const name of split(list)) {
      const id = KEY_NAMES.indexOf(name);
      table.set(fold(name), { id, kind, inside: INSIDE.get(name) ?? kind });
    }
  }
  table.set('latency(ms)', { id: K.latency_ms, kind: 'word', inside: 'word' });
  table.set('latency(s)', { id: K.latency_s, kind: 'word', inside: 'word' });
  return table;
}

/** What is known about a raw key; undefined for a key without meaning here. */
export function lookupKey(rawKey: string): KeyEntry | undefined {
  return BY_NAME.get(rawKey) ?? (rawKey.length > 40 ? undefined : BY_FOLD.get(fold(rawKey)));
}
