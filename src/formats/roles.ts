/**
 * Roles: what a member of a log record is for, whatever the logger calls it.
 *
 * Takes the members of a record and of the containers loggers nest them in, gives one value a role:
 * the outermost, and of several names the one listed first. Never reads what a value says, only what
 * kind of value it is.
 */
import { Fields, type Json, Text } from './json.ts';
import { KEY_NAMES, keysOf } from './keys.ts';

const NAMES = {
  start: 'start_time started_at request_time request_created_at',
  time: 'timestamp ts time @timestamp date datetime datetime_utc logged_at event_time',
  end: 'end_time ended_at completed_at response_created_at',
  created: 'created created_at processed_time create_time',
  latencyMs: `latency_ms duration_ms elapsed_ms response_ms response_time_ms request_duration_ms
    delay_ms`,
  latencyS: 'latency_s latency_seconds duration_seconds elapsed_seconds',
  latencyBare: 'latency duration elapsed took total_time wall_time request_duration response_time',
  user: 'user user_id end_user customer_id tenant account consumer user_api_key_user_id request_user_id',
  owner: `api_key_alias key_alias api_key_name user_api_key_alias team project project_id app
    app_name feature`,
  session: 'session_id conversation_id thread_id',
  responseId: 'response_id generation_id gen_ai_response_id',
  id: 'request_id req_id id uuid call_id x_request_id',
  httpStatus: 'status_code http_status response_status response_code status code',
  success: 'success ok is_success',
  failed: 'failed',
  error: 'error error_str exception error_code error_type error_class',
  errorInfo: 'error_information',
  cacheHit: 'cache_hit from_cache is_cached cache_status cached',
  cost: 'response_cost cost_usd cost total_cost cost_total spend price amount usd estimated_cost',
  costCents: 'cost_cents',
  costMicros: 'cost_micros',
  costTicks: 'cost_in_usd_ticks',
  aggregate: 'num_model_requests usage_date_utc cost_type unpriced_calls',
  task: 'task task_type task_label',
  tags: 'tags tag request_tags',
  provider: `provider vendor provider_name custom_llm_provider llm_provider ai_org api_provider
    gen_ai_provider_name gen_ai_system platform backend provider_id`,
  region: 'region location inference_geo',
  url: 'url endpoint path request_path',
  host: 'host',
  model: `model model_name model_id model_served response_model used_model model_used llm_model llm
    ai_model gen_ai_response_model ai_response_model gen_ai_model gen_ai_request_model main_model
    model_version engine deployment deployment_name deployment_id`,
  modelRequested: 'requested_model gen_ai_request_model model_group request_model',
  tier: 'service_tier tier',
  callType: 'call_type operation gen_ai_operation_name method',
  maxTokens: 'max_tokens max_completion_tokens max_output_tokens gen_ai_request_max_tokens',
  temperature: 'temperature gen_ai_request_temperature',
  finish: 'finish_reason stop_reason',
  input: `prompt_tokens input_tokens tokens_in in_tokens prompt_token_count input_token_count
    prompt_eval_count num_prompt_tokens request_tokens context_tokens n_prompt_tokens n_input_tokens
    native_tokens_prompt tokens_prompt tokens_input usage_prompt_tokens usage_input_tokens
    gen_ai_usage_input_tokens gen_ai_usage_prompt_tokens usage_input in input`,
  output: `completion_tokens output_tokens tokens_out out_tokens candidates_token_count
    output_token_count eval_count response_token_count num_completion_tokens
    completion_token_count generated_tokens response_tokens
    n_generated n_completion_tokens n_output_tokens native_tokens_completion tokens_completion
    tokens_output usage_completion_tokens usage_output_tokens gen_ai_usage_output_tokens
    gen_ai_usage_completion_tokens usage_output out output`,
  bareInput: 'prompt',
  bareOutput: 'completion',
  total: `total_tokens token_count num_tokens total_token_count usage_total_tokens
    gen_ai_usage_total_tokens tokens`,
  cacheRead: `cache_read_input_tokens cached_tokens cache_read_tokens cached_input_tokens cache_read
    cache_reads cached_prompt_tokens cached_prompt_text_tokens prompt_cache_hit_tokens cache_hit_tokens tokens_cached
    num_cached_tokens cache_read_input_token_count cached_content_token_count prompt_cached_tokens ai_usage_cached_input_tokens
    gen_ai_usage_cache_read_input_tokens gen_ai_usage_cached_tokens gen_ai_usage_cached_input_tokens
    prompt_cache_read_tokens cached`,
  cacheWrite: `cache_creation_input_tokens cache_creation_tokens cache_write_tokens cache_writes
    cache_creation cache_write cache_write_input_tokens cache_write_input_token_count
    prompt_cache_creation_tokens prompt_cache_write_tokens
    gen_ai_usage_cache_creation_input_tokens`,
  cacheWrite5m: 'cache_write_5m_tokens ephemeral_5m_input_tokens',
  cacheWrite1h: 'cache_write_1h_tokens ephemeral_1h_input_tokens',
  reasoning: `reasoning_tokens thinking_tokens thoughts_tokens thoughts_token_count
    completion_reasoning_tokens ai_usage_reasoning_tokens gen_ai_usage_reasoning_tokens thoughts`,
  request: 'request request_body req kwargs payload params body',
  response:
    'response response_body resp res api_response raw_response response_json llm_output result',
  prompt: 'messages prompt input contents question query',
  system: 'system instructions system_instruction',
  answer: 'completion answer output text response',
} as const;

export type Role = keyof typeof NAMES;

/** Containers whose members stand for the record's own. */
const CONTAINERS: ReadonlySet<number> = new Set(
  keysOf(
    `usage token_usage usage_metadata tokens metrics stats meta metadata llm entry data extra attributes event
      properties`,
  ),
);

const ROLE_LIST = Object.keys(NAMES) as Role[];
/** Index of each role in a role array. */
export const R = Object.fromEntries(ROLE_LIST.map((role, index) => [role, index])) as Record<
  Role,
  number
>;

/** Key → its (role, rank) pairs, flat. */
const ROLES_OF: ReadonlyMap<number, readonly number[]> = buildRoles();

function buildRoles(): Map<number, number[]> {
  const roles = new Map<number, number[]>();
  for (const role of ROLE_LIST) {
    keysOf(NAMES[role]).forEach((id, rank) => {
      const pairs = roles.get(id) ?? [];
      pairs.push(R[role], rank);
      roles.set(id, pairs);
    });
  }
  return roles;
}

const COUNTS: ReadonlySet<number> = new Set(
  (
    [
      'input',
      'output',
      'total',
      'cacheRead',
      'cacheWrite',
      'cacheWrite5m',
      'cacheWrite1h',
      'reasoning',
    ] as const
  ).map((role) => R[role]),
);
/** All names of counts. */
const COUNT_NAMES: ReadonlySet<number> = new Set(
  ROLE_LIST.filter((role) => COUNTS.has(R[role])).flatMap((role) => keysOf(NAMES[role])),
);
/** Roles that an object can play; `{"llm": {"model": …}}` names no model by itself. */
const OBJECTS: ReadonlySet<number> = new Set(
  (['error', 'errorInfo', 'request', 'response', 'prompt', 'answer'] as const).map(
    (role) => R[role],
  ),
);
/** Names that are a count only as a number, and a text or a flag otherwise. */
const AMBIGUOUS: ReadonlySet<number> = new Set(
  keysOf('input output in out tokens cached thoughts'),
);

/** Names of a text that are a count only beside each other, as numbers (flat.ts). */
const BARE: ReadonlySet<number> = new Set(keysOf('prompt completion'));
const BARE_COUNTS: ReadonlySet<number> = new Set([R.bareInput, R.bareOutput]);

/** Names of a count and nothing else: what is no number there is a mistake, not another thing. */
const PLAIN_COUNTS: ReadonlySet<number> = new Set(
  [...COUNT_NAMES].filter((id) => /(tokens|count)$|^tokens_/.test(KEY_NAMES[id]!)),
);

/** Whether a value is a whole number written as text, as in a cell of CSV. */
function isDigits(value: Json): boolean {
  if (typeof value === 'string') return /^\d{1,12}$/.test(value);
  return value instanceof Text && value.length <= 12 && /^\d+$/.test(value.toString());
}

/** What a value is, as far as a role depends on it. */
const Kind = { none: 0, number: 1, text: 2, digits: 3, flag: 4, fields: 5, other: 6 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

function kindOf(value: Json, isAmbiguous: boolean): Kind {
  if (typeof value === 'number') return Kind.number;
  if (value === null) return Kind.none;
  if (typeof value === 'boolean') return Kind.flag;
  if (typeof value === 'string' || value instanceof Text) {
    return isAmbiguous && isDigits(value) ? Kind.digits : Kind.text;
  }
  return value instanceof Fields ? Kind.fields : Kind.other;
}

/** Whether a value of this kind can play the role under this name. */
function fits(role: number, kind: Kind, id: number): boolean {
  const isNumber = kind === Kind.number || kind === Kind.digits;
  if (BARE_COUNTS.has(role)) return isNumber;
  const isAmbiguous = AMBIGUOUS.has(id);
  if (COUNTS.has(role)) {
    return isNumber || (kind === Kind.text ? !isAmbiguous : !isAmbiguous && isMistake(kind, id));
  }
  if (kind === Kind.fields && !OBJECTS.has(role)) return false;
  return !isAmbiguous || !isNumber;
}

/** A list, an object or a flag under the name of a count. */
function isMistake(kind: Kind, id: number): boolean {
  return kind > Kind.digits && PLAIN_COUNTS.has(id);
}

const STEP = 100;
const UNRANKED = 99 * STEP;
const MAX_NESTING = 3;

/** The value of each role, by R; undefined where the record has none. */
export type RoleValues = (Json | undefined)[];

/** A member with a role, and the kind its value had: with another one it might have no role. */
interface Member {
  readonly id: number;
  readonly values: Json[];
  readonly index: number;
  readonly kind: Kind;
  /** Whether digits are another kind than text. */
  readonly isAmbiguous: boolean;
}

/**
 * Which members of a record play which roles. Records of one template share their tree, so the plan
 * of the first serves the next, as long as the values keep their kinds.
 */
class RolePlan {
  private readonly members: Member[] = [];
  /** Role → member that plays it, -1 for none. */
  private readonly playedBy = new Int32Array(ROLE_LIST.length).fill(-1);
  private readonly ranks = new Int32Array(ROLE_LIST.length).fill(UNRANKED);
  private readonly result: RoleValues = new Array(ROLE_LIST.length).fill(undefined);

  /** Finds the roles of a record and of the containers in it. */
  take(fields: Fields, depth: number): void {
    const { ids, values } = fields;
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index]!;
      const value = values[index]!;
      const pairs = ROLES_OF.get(id);
      const isContainer = CONTAINERS.has(id);
      if (pairs === undefined && !isContainer) continue;
      const isAmbiguous = AMBIGUOUS.has(id) || BARE.has(id);
      const kind = kindOf(value, isAmbiguous);
      const member = this.members.push({ id, values, index, kind, isAmbiguous }) - 1;
      if (value === null) continue;
      if (pairs !== undefined) this.offer(member, pairs, depth);
      if (isContainer && value instanceof Fields && depth < MAX_NESTING)
        this.take(value, depth + 1);
    }
  }

  private offer(member: number, pairs: readonly number[], depth: number): void {
    const { kind, id } = this.members[member]!;
    for (let p = 0; p < pairs.length; p += 2) {
      const role = pairs[p]!;
      // A count under another name is better than what is none.
      const penalty = COUNTS.has(role) && kind > Kind.digits ? UNRANKED - 10 * STEP : 0;
      const rank = depth * STEP + pairs[p + 1]! + penalty;
      if (rank > this.ranks[role]! || !fits(role, kind, id)) continue;
      this.ranks[role] = rank;
      this.playedBy[role] = member;
    }
  }

  /** Whether every member still has the kind it had. */
  holds(): boolean {
    const { members } = this;
    for (let i = 0; i < members.length; i++) {
      const { values, index, kind, isAmbiguous } = members[i]!;
      if (kindOf(values[index]!, isAmbiguous) !== kind) return false;
    }
    return true;
  }

  /** The values as they are now; the array is the plan's own and valid until the next call. */
  values(): RoleValues {
    const { result, playedBy, members } = this;
    for (let role = 0; role < playedBy.length; role++) {
      const at = playedBy[role]!;
      if (at < 0) result[role] = undefined;
      else {
        const member = members[at]!;
        result[role] = member.values[member.index]!;
      }
    }
    return result;
  }
}

/** The roles of a record and of the containers in it; valid until the next call for it. */
export function rolesOf(record: Fields): RoleValues {
  const { memo } = record;
  if (memo instanceof RolePlan && memo.holds()) return memo.values();
  const plan = new RolePlan();
  plan.take(record, 0);
  record.memo = plan;
  return plan.values();
}
