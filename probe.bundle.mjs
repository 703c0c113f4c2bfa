import { Buffer } from "node:buffer";
// src/domain/reject.ts
/** Whether a parse result is a Rejected. */
function isRejected(value) {
	return "reason" in value && "detail" in value;
}
// src/domain/task.ts
/**
* Task labels: what the caller wanted done, one label a call.
*
* The position of a label in TASKS is its code in the ledger: append, never reorder.
*/
const TASKS = [
	"other",
	"classification",
	"extraction",
	"summarization",
	"translation",
	"rewriting",
	"qa",
	"chat",
	"code",
	"reasoning",
	"analysis",
	"creative",
	"embedding"
];
/** Other names people use for a label, in tags and in the articles' routing tables. */
const ALIASES = {
	simple_classification: "classification",
	sentiment: "classification",
	moderation: "classification",
	intent: "classification",
	summary: "summarization",
	summaries: "summarization",
	batch_summaries: "summarization",
	summarisation: "summarization",
	realtime_translation: "translation",
	paraphrase: "rewriting",
	rewrite: "rewriting",
	simple_qa: "qa",
	faq: "qa",
	fact_lookup: "qa",
	greeting: "chat",
	chatbot: "chat",
	code_generation: "code",
	coding: "code",
	complex_reasoning: "reasoning",
	complex_analysis: "analysis",
	explanation: "analysis",
	generation: "creative",
	long_form: "creative",
	embeddings: "embedding"
};
const CODES = new Map(TASKS.map((task, code) => [task, code]));
/** Reads a label or one of its aliases from a person's tag; null if it is neither. */
function parseTask(text) {
	const key = text.trim().toLowerCase().replace(/[\s-]+/g, "_");
	if (CODES.has(key)) return key;
	return Object.hasOwn(ALIASES, key) ? ALIASES[key] ?? null : null;
}
// src/domain/tokens.ts
/** No call uses more; a larger count is a mistake in the log. */
const MAX_TOKENS = 1e9;
/** A usage with every counter at 0. */
function emptyUsage() {
	return {
		input: 0,
		cacheRead: 0,
		cacheWrite5m: 0,
		cacheWrite1h: 0,
		output: 0,
		reasoning: 0,
		inputAudio: 0,
		inputImage: 0,
		outputAudio: 0,
		outputImage: 0,
		cacheReadAudio: 0,
		cacheReadImage: 0,
		webSearches: 0
	};
}
// src/domain/time.ts
const DAY_MS = 864e5;
const MIN_MS = Date.UTC(2e3, 0, 1);
const MAX_MS = Date.UTC(2100, 0, 1);
const NET_TICKS_AT_EPOCH = 621355968000000000n;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/**
* Reads a bare number as an instant by its size: seconds, ms, µs, ns or .NET ticks.
* Null outside 2000–2100, which catches offsets and durations.
*/
function epochToMs(value) {
	if (!Number.isFinite(value) || value <= 0) return null;
	let ms;
	if (value < 1e11) ms = value * 1e3;
	else if (value < 0x5af3107a4000) ms = value;
	else if (value < 0x16345785d8a0000) ms = value / 1e3;
	else if (value > 0x89aaeb710be0000 && value < 0x94c51733f830000) ms = Number((BigInt(value) - NET_TICKS_AT_EPOCH) / 10000n);
	else ms = value / 1e6;
	return inRange(Math.trunc(ms));
}
/**
* Reads ISO 8601 (offset, `Z`, `UTC` or none, which means UTC; up to nine fraction digits), or a
* number as text. Null if it is neither.
*/
function parseInstant(text) {
	const trimmed = text.trim();
	const match = ISO.exec(trimmed);
	if (match === null) return /^\d+(\.\d+)?$/.test(trimmed) ? epochToMs(Number(trimmed)) : null;
	const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
	if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return null;
	const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
	if (Number(month) < 1 || Number(month) > 12 || new Date(dayMs).getUTCDate() !== Number(day)) return null;
	const time = (Number(hour) * 60 + Number(minute)) * 6e4 + Number(second) * 1e3;
	const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
	return inRange(dayMs + time + millis - zoneOffsetMs(zone));
}
function zoneOffsetMs(zone) {
	if (/^(z|utc)$/i.test(zone)) return 0;
	const sign = zone.startsWith("-") ? -1 : 1;
	const digits = zone.slice(1).replace(":", "");
	return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || 0)) * 6e4;
}
function inRange(ms) {
	return ms >= MIN_MS && ms < MAX_MS ? ms : null;
}
// src/formats/keys.ts
const WORDS$1 = `
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
  audio_tokens image_tokens text_tokens accepted_prediction_tokens rejected_prediction_tokens
  prompt_tokens_details input_tokens_details completion_tokens_details output_tokens_details
  server_tool_use web_search_requests iterations tool_usage web_search num_requests
  latency_ms latency duration_ms duration elapsed elapsed_ms response_ms took total_time wall_time
  request_duration request_duration_ms latency_s duration_seconds elapsed_seconds latency_seconds
  response_time response_time_ms ttft ttft_ms time_to_first_token first_token_ms first_token_latency
  max_tokens max_completion_tokens max_output_tokens temperature choices message result status_details
  incomplete_details usage_metadata num_model_requests usage_date_utc
  logs items rows results records events runs entries calls requests spans hits _source
`;
const TEXTS = `
  id request_id req_id uuid gen_ai_response_id response_id generation_id call_id correlation_id trace_id session_id
  conversation_id thread_id x_request_id batch_id custom_id
  timestamp ts time @timestamp created created_at date datetime datetime_utc start_time started_at
  request_time logged_at event_time end_time ended_at completed_at completion_start_time
  content text prompt input question query completion output answer system instructions messages
  response response_body resp api_response raw_response response_json llm_output log line reason
`;
const RAWS = "tools functions response_format model_parameters hidden_params tool_calls";
const REQUESTS = "request request_body req kwargs body payload params messages input system prompt instructions";
const DROPS = `
  stream_options store safety_identifier prompt_cache_key prompt_cache_options
  prompt_cache_retention cache_control timeout extra_headers headers api_key organization
`;
/** The canonical names by their number. */
const KEY_NAMES = [...new Set([
	WORDS$1,
	TEXTS,
	RAWS,
	DROPS,
	REQUESTS
].flatMap(split))];
/** The number of each canonical name: trees hold numbers, which compare faster. */
const K = Object.fromEntries(KEY_NAMES.map((name, id) => [name, id]));
/** The numbers of names; throws for one that is no key. */
function keysOf(names) {
	return split(names).map((name) => {
		const id = KEY_NAMES.indexOf(name);
		if (id < 0) throw new Error(`no such key: ${name}`);
		return id;
	});
}
/** Kinds for keys inside a request, where they differ from those outside. */
const INSIDE = new Map([...split("url path host data").map((key) => [key, "raw"])]);
function split(list) {
	return list.trim().split(/\s+/);
}
/** Lower case without separators: the form in which spellings meet. */
function fold(key) {
	return key.toLowerCase().replace(/[_\-. ]/g, "");
}
const BY_FOLD = buildTable();
function buildTable() {
	const table = /* @__PURE__ */ new Map();
	const lists = [
		[WORDS$1, "word"],
		[TEXTS, "text"],
		[RAWS, "raw"],
		[DROPS, "drop"],
		[REQUESTS, "request"]
	];
	for (const [list, kind] of lists) for (const name of split(list)) {
		const id = KEY_NAMES.indexOf(name);
		table.set(fold(name), {
			id,
			kind,
			inside: INSIDE.get(name) ?? kind
		});
	}
	table.set("latency(ms)", {
		id: K.latency_ms,
		kind: "word",
		inside: "word"
	});
	table.set("latency(s)", {
		id: K.latency_s,
		kind: "word",
		inside: "word"
	});
	return table;
}
/** What is known about a raw key; undefined for a key without meaning here. */
function lookupKey(rawKey) {
	return rawKey.length > 40 ? void 0 : BY_FOLD.get(fold(rawKey));
}
// src/formats/json.ts
/**
* The values a log line is read into: a sparse tree of what means something here.
*
* Takes parsed JSON, gives the tree the byte scanner makes of the same bytes; dialects never know
* which of the two made it. Never decodes a long text: it stays a view of the line's bytes.
*/
/** A JSON string left in place: canonical JSON-escaped UTF-8, as JSON.stringify would write it. */
var Text = class {
	bytes;
	start;
	end;
	escaped;
	constructor(bytes, start, end, escaped) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
		this.escaped = escaped;
	}
	/** Makes this the view of another string: the scanner uses its views again. */
	point(bytes, start, end, escaped) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
		this.escaped = escaped;
		return this;
	}
	/** Length in bytes as stored, escapes included. */
	get length() {
		return this.end - this.start;
	}
	/** The decoded string. */
	toString() {
		const raw = bufferOf(this.bytes).toString("utf8", this.start, this.end);
		return this.escaped ? decodeEscapes(raw) : raw;
	}
	/** Whether the text begins with ASCII `prefix`. */
	startsWith(prefix) {
		if (this.length < prefix.length) return false;
		for (let i = 0; i < prefix.length; i++) if (this.bytes[this.start + i] !== prefix.charCodeAt(i)) return false;
		return true;
	}
};
/** Decodes escapes; a raw control character, which JSON forbids and logs hold all the same, stays. */
function decodeEscapes(raw) {
	try {
		return JSON.parse(`"${raw}"`);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const quoted = [...raw].map((unit) => unit < " " ? JSON.stringify(unit).slice(1, -1) : unit);
		return JSON.parse(`"${quoted.join("")}"`);
	}
}
/** A whole JSON value left in place. */
var Raw = class {
	bytes;
	start;
	end;
	constructor(bytes, start, end) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
	}
	/** Makes this the view of another value. */
	point(bytes, start, end) {
		this.bytes = bytes;
		this.start = start;
		this.end = end;
		return this;
	}
	/** The value as compact JSON text. */
	toString() {
		return bufferOf(this.bytes).toString("utf8", this.start, this.end);
	}
};
/** The members of a JSON object by the numbers of their names; of equal names the last one counts. */
var Fields = class Fields {
	/** Numbers of canonical names (keys.ts). */
	ids = [];
	values = [];
	/** What is remembered about this object while it is filled again and again (roles.ts). */
	memo = null;
	/** Members without meaning here that may still shape an answer: only inside requests. */
	rest = null;
	/** A bit for the last five bits of each id: most names that are asked for are not there. */
	#mask = 0;
	/** Adds a member and gives its place among the values. */
	add(id, value) {
		this.#mask |= 1 << id;
		this.ids.push(id);
		return this.values.push(value) - 1;
	}
	/** The value under a name. */
	get(id) {
		if ((this.#mask & 1 << id) === 0) return void 0;
		const { ids } = this;
		for (let i = ids.length - 1; i >= 0; i--) if (ids[i] === id) return this.values[i];
	}
	/** The object under a name, if it is one. */
	fields(id) {
		const value = this.get(id);
		return value instanceof Fields ? value : void 0;
	}
	/** Whether there is a value other than null under a name. */
	has(id) {
		const value = this.get(id);
		return value !== void 0 && value !== null;
	}
};
function bufferOf(bytes) {
	return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
/** A decoded string as a Text over bytes of its own. */
function textOf$1(value) {
	const escaped = JSON.stringify(value).slice(1, -1);
	const bytes = Buffer.from(escaped, "utf8");
	return new Text(bytes, 0, bytes.length, escaped.includes("\\"));
}
const MAX_DEPTH$1 = 200;
/** Thrown for a value that is nested deeper than any log's; the line becomes a Rejected. */
var TooDeep = class extends Error {
	constructor() {
		super(`nested deeper than ${MAX_DEPTH$1} levels`);
	}
};
/**
* Turns a parsed JSON value into the tree, the way the byte scanner would have read it.
* Throws TooDeep below 200 levels of nesting.
*/
function treeOf(value, inRequest = false) {
	return convert(value, "word", inRequest, 0);
}
function convert(value, kind, inRequest, depth) {
	if (depth > MAX_DEPTH$1) throw new TooDeep();
	if (kind === "raw") return rawOf(value);
	if (typeof value === "string") return kind === "word" ? value : textOf$1(value);
	if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
	const inside = inRequest || kind === "request";
	if (Array.isArray(value)) return value.map((item) => convert(item, kind, inside, depth + 1));
	if (typeof value !== "object") return null;
	return convertObject(value, inside, depth);
}
function convertObject(value, inside, depth) {
	const fields = new Fields();
	for (const [rawKey, member] of Object.entries(value)) {
		const entry = lookupKey(rawKey);
		if (entry === void 0) {
			if (inside) {
				fields.rest ??= [];
				fields.rest.push([rawKey, rawOf(member)]);
			}
			continue;
		}
		const kind = inside ? entry.inside : entry.kind;
		if (kind === "drop") continue;
		fields.add(entry.id, convert(member, kind, inside, depth + 1));
	}
	return fields;
}
function rawOf(value) {
	const bytes = Buffer.from(compactJson(value), "utf8");
	return new Raw(bytes, 0, bytes.length);
}
/** JSON.stringify goes down level by level, and there is no telling how many the stack has. */
function compactJson(value) {
	try {
		return JSON.stringify(value) ?? "null";
	} catch (error) {
		if (error instanceof RangeError) throw new TooDeep();
		throw error;
	}
}
/** What a JSON text says; undefined if it is no JSON. */
function parseJson(text) {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return void 0;
		throw error;
	}
}
/** A raw value as JSON.stringify writes it; null if it is damaged. */
function compactText(raw) {
	const value = parseJson(raw.toString());
	return value === void 0 ? null : compactJson(value);
}
// src/formats/roles.ts
/**
* Roles: what a member of a log record is for, whatever the logger calls it.
*
* Takes the members of a record and of the containers loggers nest them in, gives one value a role:
* the outermost, and of several names the one listed first. Never reads what a value says, only what
* kind of value it is.
*/
const NAMES$1 = {
	start: "start_time started_at request_time",
	time: "timestamp ts time @timestamp date datetime datetime_utc logged_at event_time",
	end: "end_time ended_at completed_at",
	created: "created created_at",
	latencyMs: "latency_ms duration_ms elapsed_ms response_ms response_time_ms request_duration_ms",
	latencyS: "latency_s latency_seconds duration_seconds elapsed_seconds",
	latencyBare: "latency duration elapsed took total_time wall_time request_duration response_time",
	user: "user user_id end_user customer_id tenant account consumer user_api_key_user_id",
	owner: `api_key_alias key_alias api_key_name user_api_key_alias team project project_id app
    app_name feature`,
	session: "session_id conversation_id thread_id",
	responseId: "response_id generation_id gen_ai_response_id",
	id: "request_id req_id id uuid call_id x_request_id",
	httpStatus: "status_code http_status response_status response_code status code",
	success: "success ok is_success",
	failed: "failed",
	error: "error error_str exception error_code error_type error_class",
	errorInfo: "error_information",
	cacheHit: "cache_hit from_cache is_cached cache_status cached",
	cost: "response_cost cost_usd cost total_cost cost_total spend price amount usd estimated_cost",
	costCents: "cost_cents",
	costMicros: "cost_micros",
	aggregate: "num_model_requests usage_date_utc",
	task: "task task_type task_label",
	tags: "tags tag request_tags",
	provider: `provider vendor provider_name custom_llm_provider llm_provider ai_org api_provider
    gen_ai_provider_name gen_ai_system platform backend`,
	region: "region location inference_geo",
	url: "url endpoint path",
	host: "host",
	model: `model model_name model_id model_served response_model used_model model_used llm_model llm
    ai_model gen_ai_response_model ai_response_model gen_ai_model gen_ai_request_model main_model
    model_version engine deployment deployment_name deployment_id`,
	modelRequested: "requested_model gen_ai_request_model model_group",
	tier: "service_tier tier",
	callType: "call_type operation gen_ai_operation_name method",
	maxTokens: "max_tokens max_completion_tokens max_output_tokens gen_ai_request_max_tokens",
	temperature: "temperature gen_ai_request_temperature",
	finish: "finish_reason stop_reason",
	input: `prompt_tokens input_tokens tokens_in in_tokens prompt_token_count input_token_count
    num_prompt_tokens request_tokens context_tokens n_prompt_tokens n_input_tokens
    native_tokens_prompt tokens_prompt tokens_input usage_prompt_tokens usage_input_tokens
    gen_ai_usage_input_tokens gen_ai_usage_prompt_tokens usage_input in input`,
	output: `completion_tokens output_tokens tokens_out out_tokens candidates_token_count
    output_token_count num_completion_tokens completion_token_count generated_tokens response_tokens
    n_generated n_completion_tokens n_output_tokens native_tokens_completion tokens_completion
    tokens_output usage_completion_tokens usage_output_tokens gen_ai_usage_output_tokens
    gen_ai_usage_completion_tokens usage_output out output`,
	bareInput: "prompt",
	bareOutput: "completion",
	total: `total_tokens token_count num_tokens total_token_count usage_total_tokens
    gen_ai_usage_total_tokens tokens`,
	cacheRead: `cache_read_input_tokens cached_tokens cache_read_tokens cached_input_tokens cache_read
    cache_reads cached_prompt_tokens prompt_cache_hit_tokens cache_hit_tokens tokens_cached
    num_cached_tokens cached_content_token_count prompt_cached_tokens ai_usage_cached_input_tokens
    gen_ai_usage_cache_read_input_tokens gen_ai_usage_cached_tokens gen_ai_usage_cached_input_tokens
    cached`,
	cacheWrite: `cache_creation_input_tokens cache_creation_tokens cache_write_tokens cache_writes
    cache_creation cache_write prompt_cache_creation_tokens
    gen_ai_usage_cache_creation_input_tokens`,
	cacheWrite5m: "cache_write_5m_tokens ephemeral_5m_input_tokens",
	cacheWrite1h: "cache_write_1h_tokens ephemeral_1h_input_tokens",
	reasoning: `reasoning_tokens thinking_tokens thoughts_tokens thoughts_token_count
    completion_reasoning_tokens ai_usage_reasoning_tokens gen_ai_usage_reasoning_tokens`,
	request: "request request_body req kwargs payload params body",
	response: "response response_body resp api_response raw_response response_json llm_output result",
	prompt: "messages prompt input question query",
	system: "system instructions",
	answer: "completion answer output text response"
};
/** Containers whose members stand for the record's own. */
const CONTAINERS = new Set(keysOf(`usage token_usage tokens metrics stats meta metadata llm entry data extra attributes event
      properties`));
const ROLE_LIST = Object.keys(NAMES$1);
/** Index of each role in a role array. */
const R = Object.fromEntries(ROLE_LIST.map((role, index) => [role, index]));
/** Key → its (role, rank) pairs, flat. */
const ROLES_OF = buildRoles();
function buildRoles() {
	const roles = /* @__PURE__ */ new Map();
	for (const role of ROLE_LIST) keysOf(NAMES$1[role]).forEach((id, rank) => {
		const pairs = roles.get(id) ?? [];
		pairs.push(R[role], rank);
		roles.set(id, pairs);
	});
	return roles;
}
const COUNTS = new Set([
	"input",
	"output",
	"total",
	"cacheRead",
	"cacheWrite",
	"cacheWrite5m",
	"cacheWrite1h",
	"reasoning"
].map((role) => R[role]));
/** Roles that an object can play; `{"llm": {"model": …}}` names no model by itself. */
const OBJECTS = new Set([
	"error",
	"errorInfo",
	"request",
	"response",
	"prompt",
	"answer"
].map((role) => R[role]));
/** Names that are a count only as a number, and a text or a flag otherwise. */
const AMBIGUOUS = new Set(keysOf("input output in out tokens cached"));
/** Names of a text that are a count only beside each other, as numbers (flat.ts). */
const BARE = new Set(keysOf("prompt completion"));
const BARE_COUNTS = /* @__PURE__ */ new Set([R.bareInput, R.bareOutput]);
/** Whether a value is a whole number written as text, as in a cell of CSV. */
function isDigits(value) {
	if (typeof value === "string") return /^\d{1,12}$/.test(value);
	return value instanceof Text && value.length <= 12 && /^\d+$/.test(value.toString());
}
/** What a value is, as far as a role depends on it. */
const Kind = {
	none: 0,
	number: 1,
	text: 2,
	digits: 3,
	flag: 4,
	fields: 5,
	other: 6
};
function kindOf(value, isAmbiguous) {
	if (typeof value === "number") return Kind.number;
	if (value === null) return Kind.none;
	if (typeof value === "boolean") return Kind.flag;
	if (typeof value === "string" || value instanceof Text) return isAmbiguous && isDigits(value) ? Kind.digits : Kind.text;
	return value instanceof Fields ? Kind.fields : Kind.other;
}
/** Whether a value of this kind can play the role under this name. */
function fits(role, kind, id) {
	const isNumber = kind === Kind.number || kind === Kind.digits;
	if (BARE_COUNTS.has(role)) return isNumber;
	const isAmbiguous = AMBIGUOUS.has(id);
	if (COUNTS.has(role)) return isNumber || kind === Kind.text && !isAmbiguous;
	if (kind === Kind.fields && !OBJECTS.has(role)) return false;
	return !isAmbiguous || !isNumber;
}
const STEP = 100;
const UNRANKED = 9900;
const MAX_NESTING = 3;
/**
* Which members of a record play which roles. Records of one template share their tree, so the plan
* of the first serves the next, as long as the values keep their kinds.
*/
var RolePlan = class {
	members = [];
	/** Role → member that plays it, -1 for none. */
	playedBy = new Int32Array(ROLE_LIST.length).fill(-1);
	ranks = new Int32Array(ROLE_LIST.length).fill(UNRANKED);
	result = new Array(ROLE_LIST.length).fill(void 0);
	/** Finds the roles of a record and of the containers in it. */
	take(fields, depth) {
		const { ids, values } = fields;
		for (let index = 0; index < ids.length; index++) {
			const id = ids[index];
			const value = values[index];
			const pairs = ROLES_OF.get(id);
			const isContainer = CONTAINERS.has(id);
			if (pairs === void 0 && !isContainer) continue;
			const isAmbiguous = AMBIGUOUS.has(id) || BARE.has(id);
			const kind = kindOf(value, isAmbiguous);
			const member = this.members.push({
				id,
				values,
				index,
				kind,
				isAmbiguous
			}) - 1;
			if (value === null) continue;
			if (pairs !== void 0) this.offer(member, pairs, depth);
			if (isContainer && value instanceof Fields && depth < MAX_NESTING) this.take(value, depth + 1);
		}
	}
	offer(member, pairs, depth) {
		const { kind, id } = this.members[member];
		for (let p = 0; p < pairs.length; p += 2) {
			const role = pairs[p];
			const rank = depth * STEP + pairs[p + 1];
			if (rank > this.ranks[role] || !fits(role, kind, id)) continue;
			this.ranks[role] = rank;
			this.playedBy[role] = member;
		}
	}
	/** Whether every member still has the kind it had. */
	holds() {
		const { members } = this;
		for (let i = 0; i < members.length; i++) {
			const { values, index, kind, isAmbiguous } = members[i];
			if (kindOf(values[index], isAmbiguous) !== kind) return false;
		}
		return true;
	}
	/** The values as they are now; the array is the plan's own and valid until the next call. */
	values() {
		const { result, playedBy, members } = this;
		for (let role = 0; role < playedBy.length; role++) {
			const at = playedBy[role];
			if (at < 0) result[role] = void 0;
			else {
				const member = members[at];
				result[role] = member.values[member.index];
			}
		}
		return result;
	}
};
/** The roles of a record and of the containers in it; valid until the next call for it. */
function rolesOf(record) {
	const { memo } = record;
	if (memo instanceof RolePlan && memo.holds()) return memo.values();
	const plan = new RolePlan();
	plan.take(record, 0);
	record.memo = plan;
	return plan.values();
}
10n ** BigInt(12);
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$|^([+-]?)\.(\d+)(?:[eE]([+-]?\d{1,3}))?$/;
/**
* Parses decimal text to an integer scaled by 10^`digits`, half to even; null if it is not a
* plain decimal number.
*/
function parseDecimal(text, digits) {
	const match = DECIMAL.exec(text.trim());
	if (match === null) return null;
	const negative = (match[1] ?? match[5]) === "-";
	const whole = match[2] ?? "";
	const fraction = match[3] ?? match[6] ?? "";
	const exponent = Number(match[4] ?? match[7] ?? 0) + digits - fraction.length;
	const mantissa = BigInt(`${whole}${fraction}` || "0");
	const scaled = exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : divideHalfEven(mantissa, 10n ** BigInt(-exponent));
	return negative ? -scaled : scaled;
}
/** Divides and rounds half to even; the divisor must be positive. */
function divideHalfEven(dividend, divisor) {
	const quotient = dividend / divisor;
	const twice = dividend % divisor * 2n;
	const size = twice < 0n ? -twice : twice;
	if (size < divisor || size === divisor && quotient % 2n === 0n) return quotient;
	return dividend < 0n ? quotient - 1n : quotient + 1n;
}
// src/formats/times.ts
/**
* Times as loggers write them, besides ISO 8601: in HTTP headers, web server logs and file names.
*
* Takes text, gives an instant in ms or null. Never reads a date whose day and month could be
* confused (`02/03/2026`).
*/
const MONTHS = [
	"Jan",
	"Feb",
	"Mar",
	"Apr",
	"May",
	"Jun",
	"Jul",
	"Aug",
	"Sep",
	"Oct",
	"Nov",
	"Dec"
];
/** `2026/03/02 10:00:00`. */
const SLASHED = /^(\d{4})\/(\d{2})\/(\d{2})([T ]\d{2}:.*)?$/;
/** `20260302T100000Z`. */
const BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(?:(\d{2})([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
/** `02/Mar/2026:10:00:00 +0000`, with or without brackets. */
const COMMON_LOG = /^\[?(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})\]?$/;
/** `Mon, 02 Mar 2026 10:00:00 GMT`. */
const MAIL = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}(?::\d{2})?) (GMT|UTC?|Z|[+-]\d{4})$/;
/** Reads a time in any of these forms, or as parseInstant does. */
function parseLogTime(text) {
	return parseInstant(isoOf(text.trim()) ?? text);
}
/** The time in ISO 8601; null for another form. */
function isoOf(text) {
	const slashed = SLASHED.exec(text);
	if (slashed !== null) return `${slashed[1]}-${slashed[2]}-${slashed[3]}${slashed[4] ?? ""}`;
	const basic = BASIC.exec(text);
	if (basic !== null) {
		const [, year, month, day, hour, minute, second = "00", fraction = "", zone = ""] = basic;
		return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`;
	}
	const named = COMMON_LOG.exec(text) ?? MAIL.exec(text);
	if (named === null) return null;
	const [, day = "", month = "", year, time, zone = ""] = named;
	const number = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
	const offset = /^[+-]/.test(zone) ? zone : "Z";
	return `${year}-${number}-${day.padStart(2, "0")}T${time}${offset}`;
}
// src/formats/values.ts
/**
* Single values: counts, amounts, instants, durations, flags.
*
* Takes values of the tree as loggers write them (numbers, numbers as text, `"1,200"`, `"$0.0038"`,
* `"None"`), gives numbers in one unit or null for "not logged". Never guesses zero.
*/
const PICO_DIGITS = 12;
/** The ledger's integers end here: $9.2 million for one call is no amount of a call. */
const MAX_PICO = 2n ** 63n - 1n;
const NOTHING = /* @__PURE__ */ new Set([
	"",
	"-",
	"none",
	"null",
	"nan",
	"n/a",
	"undefined"
]);
/** Thrown for a count that cannot be true; the line becomes a Rejected. */
var BadValue = class extends Error {
	rejected;
	constructor(rejected) {
		super(rejected.detail);
		this.rejected = rejected;
	}
};
/** A string value of any kind, decoded; null if there is none or it is empty. */
function stringOf(value) {
	if (value instanceof Text) return value.length === 0 ? null : value.toString();
	if (typeof value === "string") return value === "" ? null : value;
	return typeof value === "number" ? String(value) : null;
}
/** A finite number from a number or its text; null if it is neither. */
function numberOf(value) {
	if (typeof value === "number") return Number.isFinite(value) ? value : null;
	const text = plainNumber(value);
	if (text === null) return null;
	const number = Number(text);
	return Number.isFinite(number) ? number : null;
}
function plainNumber(value) {
	const text = typeof value === "string" || value instanceof Text ? String(value).trim() : "";
	if (text.length > 40) return null;
	if (NOTHING.has(text.toLowerCase())) return null;
	const bare = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
	return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(bare) ? bare : null;
}
/**
* A token count in [0, MAX_TOKENS]; null if not logged.
* Throws BadValue for a negative, fractional, huge or non-numeric count.
*/
function countOf(value, name) {
	if (typeof value === "number" && value >= 0 && value <= 1e9 && Number.isInteger(value)) return value;
	if (value === void 0 || value === null || typeof value === "object") {
		if (!(value instanceof Text)) return null;
	}
	if (typeof value !== "number" && NOTHING.has(String(value).trim().toLowerCase())) return null;
	const number = typeof value === "number" ? value : numberOf(value);
	const seen = `${name} is ${shown(value)}`;
	if (number !== null && number < 0) throw new BadValue({
		reason: "negative_tokens",
		detail: seen
	});
	if (number === null || !Number.isInteger(number) || number > 1e9) throw new BadValue({
		reason: "invalid_tokens",
		detail: `${seen}; a whole number up to ${MAX_TOKENS} was expected`
	});
	return number;
}
/** A value as a detail may show it: numbers in any spelling, but no text of the log. */
function shown(value) {
	const text = String(value);
	return /^[-+\d.,eE%_ ]{1,40}$|^(nan|-?infinity)$/i.test(text) ? text : `a text of ${text.length} characters`;
}
/** The count under the first of two names that is logged; null if none is. */
function countUnder(fields, id, otherId) {
	if (fields === void 0) return null;
	const value = fields.get(id);
	const count = value === void 0 ? null : countOf(value, KEY_NAMES[id]);
	if (count !== null || otherId === void 0) return count;
	return countUnder(fields, otherId);
}
const DASH = 45;
const POINT$1 = 46;
const COLON$1 = 58;
const T = 84;
const Z = 90;
/** An instant in ms from a number (s, ms, µs, ns by size) or text; null if it is none. */
function instantOf(value) {
	if (typeof value === "number") return epochToMs(value);
	if (value instanceof Text) return isoInstant(value) ?? parseLogTime(value.toString());
	return typeof value === "string" ? parseLogTime(value) : null;
}
/** Reads `YYYY-MM-DDTHH:MM:SS.mmmZ` from bytes; null for any other form and for days after the 28th. */
function isoInstant({ bytes, start, length }) {
	if (!(length === 24 && bytes[start + 4] === DASH && bytes[start + 7] === DASH && bytes[start + 10] === T && bytes[start + 13] === COLON$1 && bytes[start + 16] === COLON$1 && bytes[start + 19] === POINT$1 && bytes[start + 23] === Z)) return null;
	const month = digits(bytes, start + 5, 2);
	const day = digits(bytes, start + 8, 2);
	const hour = digits(bytes, start + 11, 2);
	const minute = digits(bytes, start + 14, 2);
	const second = digits(bytes, start + 17, 2);
	if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60)) return null;
	const year = digits(bytes, start, 4);
	if (!(year >= 2e3 && year < 2100)) return null;
	const ms = dayOf(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1e3 + digits(bytes, start + 20, 3);
	return Number.isNaN(ms) ? null : ms;
}
const DAYS_BEFORE_MONTH = [
	0,
	31,
	59,
	90,
	120,
	151,
	181,
	212,
	243,
	273,
	304,
	334
];
/** Days from 1970 to 2000. */
const DAYS_TO_2000 = 10957;
/** The day since 1970 of a date from 2000 to 2099, when every fourth year is a leap year. */
function dayOf(year, month, day) {
	const since = year - 2e3;
	const leapDays = since + 3 >> 2;
	const inThisYear = (since & 3) === 0 && month > 2 ? 1 : 0;
	const before = DAYS_BEFORE_MONTH[month - 1];
	return DAYS_TO_2000 + since * 365 + leapDays + before + inThisYear + day - 1;
}
/** The number that `count` ASCII digits spell; NaN if one is not a digit. */
function digits(bytes, start, count) {
	let value = 0;
	for (let i = start; i < start + count; i++) {
		const digit = bytes[i] - 48;
		if (digit < 0 || digit > 9) return NaN;
		value = value * 10 + digit;
	}
	return value;
}
/** A duration in ms as a whole number; null if it is negative or longer than 100 days. */
function durationMs(value) {
	return value !== null && value >= 0 && value < 1e10 ? Math.round(value) : null;
}
/**
* A duration of unknown unit in ms: fractions below 1,000 are seconds, whole numbers from 10⁷ on
* nanoseconds, all else milliseconds.
*/
function bareDurationMs(value) {
	if (value === null) return null;
	if (!Number.isInteger(value) && value < 1e3) return durationMs(value * 1e3);
	return durationMs(Number.isInteger(value) && value >= 1e7 ? value / 1e6 : value);
}
/**
* An amount in units of 10^-`shift` USD (0: dollars, 2: cents) as pico-USD; null if it is no
* amount or negative.
*/
function moneyOf(value, shift = 0) {
	if (value instanceof Text || typeof value === "string") {
		const text = plainNumber(String(value).replace(/^\s*(US)?\$\s*/, ""));
		return text === null ? null : scaled(text, shift);
	}
	return typeof value === "number" && Number.isFinite(value) ? scaled(String(value), shift) : null;
}
function scaled(text, shift) {
	const pico = parseDecimal(text, PICO_DIGITS - shift);
	return pico === null || pico < 0n || pico > MAX_PICO ? null : pico;
}
/** True or false as loggers spell it; null if the value is neither. */
function flagOf(value) {
	if (typeof value === "boolean") return value;
	if (typeof value === "number") return value === 1 ? true : value === 0 ? false : null;
	const text = stringOf(value)?.toLowerCase();
	if (text === "true" || text === "yes" || text === "1" || text === "hit") return true;
	return text === "false" || text === "no" || text === "0" || text === "miss" ? false : null;
}
// src/formats/usage.ts
/**
* Usage objects of providers and loggers → disjoint counters.
*
* Takes the usage as logged, gives a Usage or null for "not logged". Throws BadValue where counts
* contradict each other. Never guesses a convention that the numbers can decide.
*/
/**
* OpenAI's shapes (Chat, Responses, Embeddings) and those of compatible vendors: the input includes
* cached and written tokens; reasoning that is missing from the output shows in the total.
*/
function openAiUsage(usage) {
	const input = countUnder(usage, K.prompt_tokens, K.input_tokens);
	const output = countUnder(usage, K.completion_tokens, K.output_tokens);
	if (input === null) return null;
	const inside = usage.fields(K.prompt_tokens_details) ?? usage.fields(K.input_tokens_details);
	const made = usage.fields(K.completion_tokens_details) ?? usage.fields(K.output_tokens_details);
	const result = emptyUsage();
	result.cacheRead = countUnder(inside, K.cached_tokens) ?? countUnder(usage, K.cache_read_input_tokens, K.prompt_cache_hit_tokens) ?? countUnder(usage, K.num_cached_tokens, K.cached_tokens) ?? 0;
	splitWrites(usage, result, countUnder(inside, K.cache_write_tokens, K.cache_creation_tokens));
	result.inputAudio = countUnder(inside, K.audio_tokens) ?? 0;
	result.outputAudio = countUnder(made, K.audio_tokens) ?? 0;
	result.reasoning = countUnder(made, K.reasoning_tokens) ?? countUnder(usage, K.reasoning_tokens) ?? 0;
	addHidden(result, input ?? 0, output ?? 0, countUnder(usage, K.total_tokens));
	const written = result.cacheWrite5m + result.cacheWrite1h;
	result.input = (input ?? 0) - result.cacheRead - written - result.inputAudio;
	result.output -= result.outputAudio;
	if (result.input < 0 || result.output < 0) throw contradiction(input ?? 0, result);
	return result;
}
/** Output and reasoning, with what only the total shows added to both. */
function addHidden(result, input, output, total) {
	const hidden = Math.max(0, (total ?? 0) - input - output);
	result.output = output + hidden;
	result.reasoning = Math.min(Math.max(result.reasoning, hidden), result.output);
}
function contradiction(input, usage) {
	const { cacheRead, cacheWrite5m, cacheWrite1h, inputAudio, outputAudio, output } = usage;
	return new BadValue({
		reason: "inconsistent_tokens",
		detail: usage.input < 0 ? `input ${input} is less than its parts: cached ${cacheRead}, written ${cacheWrite5m + cacheWrite1h}, audio ${inputAudio}` : `output ${output + outputAudio} is less than its parts: audio ${outputAudio}`
	});
}
/** Cache writes: the split by lifetime where there is one, five minutes for the rest. */
function splitWrites(usage, result, inside) {
	const split = usage.fields(K.cache_creation);
	const total = inside ?? countUnder(usage, K.cache_creation_input_tokens, K.cache_write_tokens) ?? 0;
	result.cacheWrite1h = countUnder(split, K.ephemeral_1h_input_tokens) ?? 0;
	const short = countUnder(split, K.ephemeral_5m_input_tokens) ?? 0;
	result.cacheWrite5m = Math.max(short, total - result.cacheWrite1h);
}
/** Anthropic's Messages usage, or one of its iterations: the counters are disjoint already. */
function anthropicUsage(usage) {
	const input = countUnder(usage, K.input_tokens);
	const output = countUnder(usage, K.output_tokens);
	if (input === null) return null;
	const result = emptyUsage();
	result.input = input ?? 0;
	result.output = output ?? 0;
	result.cacheRead = countUnder(usage, K.cache_read_input_tokens) ?? 0;
	splitWrites(usage, result, null);
	const thinking = countUnder(usage.fields(K.output_tokens_details), K.thinking_tokens) ?? 0;
	result.reasoning = Math.min(thinking, result.output);
	result.webSearches = countUnder(usage.fields(K.server_tool_use), K.web_search_requests) ?? 0;
	return result;
}
/** Whether a usage object is in Anthropic's shape: bare input beside its cache fields. */
function looksAnthropic(usage) {
	if (usage.has(K.prompt_tokens) || usage.has(K.input_tokens_details)) return false;
	return usage.has(K.cache_read_input_tokens) || usage.has(K.cache_creation_input_tokens);
}
/**
* Flat counts under any of the usual names. Whether the input includes the cached part is decided by
* the total, by impossibility (more cached than input) and by the provider, in this order; else it does.
*/
function flatUsage(values, provider) {
	const input = countOf(values[R.input], "input");
	const output = countOf(values[R.output], "output");
	if (input === null) return null;
	const result = emptyUsage();
	result.cacheRead = countOf(values[R.cacheRead], "cached") ?? 0;
	result.cacheWrite1h = countOf(values[R.cacheWrite1h], "cache write 1h") ?? 0;
	const written = countOf(values[R.cacheWrite], "cache write") ?? 0;
	const short = countOf(values[R.cacheWrite5m], "cache write 5m") ?? 0;
	result.cacheWrite5m = Math.max(short, written - result.cacheWrite1h);
	result.reasoning = countOf(values[R.reasoning], "reasoning") ?? 0;
	const total = countOf(values[R.total], "total");
	const kept = result.cacheRead + result.cacheWrite5m + result.cacheWrite1h;
	const fresh = input ?? 0;
	const exclusive = inputExcludesCache({
		fresh,
		kept,
		output: output ?? 0,
		total,
		provider
	});
	result.input = exclusive ? fresh : fresh - kept;
	addReasoning(result, output ?? 0, total, exclusive ? fresh + kept : fresh);
	return result;
}
function inputExcludesCache({ fresh, kept, output, total, provider }) {
	if (kept === 0) return false;
	if (kept > fresh) return true;
	if (total !== null && total === fresh + kept + output) return true;
	if (total !== null && total === fresh + output) return false;
	return provider === "anthropic" || provider === "bedrock";
}
/** Reasoning beside the output is added to it when the total says so. */
function addReasoning(result, output, total, input) {
	result.output = total !== null && result.reasoning > 0 && total === input + output + result.reasoning || result.reasoning > output ? output + result.reasoning : output;
}
// src/formats/bodies.ts
const TIERS = {
	default: "standard",
	standard: "standard",
	on_demand: "standard",
	batch: "batch",
	flex: "flex",
	priority: "priority",
	fast: "fast",
	scale: "provisioned",
	provisioned: "provisioned"
};
/** The tier a provider's word stands for; null for `auto` and words without meaning here. */
function tierOf(value) {
	const word = stringOf(value)?.toLowerCase();
	return word !== void 0 && Object.hasOwn(TIERS, word) ? TIERS[word] ?? null : null;
}
const STOPS = {
	max_tokens: "length",
	max_output_tokens: "length",
	model_length: "length",
	end_turn: "stop",
	stop_sequence: "stop",
	completed: "stop",
	tool_use: "tool_calls",
	function_call: "tool_calls",
	refusal: "content_filter",
	safety: "content_filter"
};
/** A finish reason in OpenAI's words: `stop`, `length`, `tool_calls`, `content_filter`, …. */
function stopReasonOf(value) {
	if (value === "stop") return value;
	const word = stringOf(value)?.toLowerCase() ?? "";
	return Object.hasOwn(STOPS, word) ? STOPS[word] ?? word : word.slice(0, 40);
}
/** What a body of any shape known here tells; null if it is none. */
function bodyOf(body) {
	const usage = body.fields(K.usage);
	const object = body.get(K.object);
	if (usage !== void 0 && (body.get(K.type) === "message" || looksAnthropic(usage))) {
		if (object === void 0) return anthropicBody(body, usage);
	}
	if (object === "response") return responsesBody(body, usage);
	if (object === "list" && usage !== void 0) return embeddingsBody(body, usage);
	if (object === "chat.completion" || object === "text_completion" || Array.isArray(body.get(K.choices))) return chatBody(body, usage);
	return body.has(K.error) || body.get(K.type) === "error" ? errorBody(body) : null;
}
function partsOf(usage, model = null) {
	return usage === null ? [] : [{
		usage,
		model
	}];
}
function statusOfStop(stopReason) {
	return stopReason === "content_filter" ? "filtered" : "ok";
}
function chatBody(body, usage) {
	const choices = body.get(K.choices);
	const first = Array.isArray(choices) && choices[0] instanceof Fields ? choices[0] : void 0;
	const stopReason = stopReasonOf(first?.get(K.finish_reason));
	const failed = usage === void 0 && body.has(K.error);
	return {
		shape: "openai_chat",
		operation: "chat",
		model: stringOf(body.get(K.model)),
		id: body.get(K.id),
		createdMs: epochToMs(numberOf(body.get(K.created)) ?? 0),
		tier: tierOf(body.get(K.service_tier)),
		region: "",
		status: failed ? "error" : statusOfStop(stopReason),
		errorType: failed ? errorWord(body.get(K.error)) : "",
		stopReason,
		parts: partsOf(usage === void 0 ? null : openAiUsage(usage)),
		answer: first?.get(K.message) ?? first?.get(K.text),
		provider: ""
	};
}
function responsesBody(body, usage) {
	const state = stringOf(body.get(K.status)) ?? "";
	const stopReason = stopReasonOf(body.fields(K.incomplete_details)?.get(K.reason) ?? state);
	const searches = numberOf(body.fields(K.tool_usage)?.fields(K.web_search)?.get(K.num_requests));
	const counted = usage === void 0 ? null : openAiUsage(usage);
	if (counted !== null && searches !== null) counted.webSearches = searches;
	return {
		shape: "openai_responses",
		operation: "chat",
		model: stringOf(body.get(K.model)),
		id: body.get(K.id),
		createdMs: epochToMs(numberOf(body.get(K.created_at)) ?? 0),
		tier: tierOf(body.get(K.service_tier)),
		region: "",
		status: state === "failed" ? "error" : state === "cancelled" ? "cancelled" : statusOfStop(stopReason),
		errorType: state === "failed" ? errorWord(body.get(K.error)) : "",
		stopReason,
		parts: partsOf(counted),
		answer: body.get(K.output),
		provider: ""
	};
}
function embeddingsBody(body, usage) {
	return {
		...chatBody(body, usage),
		shape: "openai_embeddings",
		operation: "embeddings",
		id: void 0,
		createdMs: null,
		answer: void 0
	};
}
function anthropicBody(body, usage) {
	const stopReason = stopReasonOf(body.get(K.stop_reason));
	const region = stringOf(usage.get(K.inference_geo)) ?? "";
	const fast = stringOf(usage.get(K.speed)) === "fast";
	return {
		shape: "anthropic_messages",
		operation: "chat",
		model: stringOf(body.get(K.model)),
		id: body.get(K.id),
		createdMs: null,
		tier: fast ? "fast" : tierOf(usage.get(K.service_tier)),
		region: region === "not_available" || region === "global" ? "" : region,
		status: statusOfStop(stopReason),
		errorType: "",
		stopReason,
		parts: anthropicParts(usage),
		answer: body.get(K.content),
		provider: "anthropic"
	};
}
/** With iterations, each is billed at its own model, and the top level misses some of them. */
function anthropicParts(usage) {
	const iterations = usage.get(K.iterations);
	if (!Array.isArray(iterations) || iterations.length === 0) return partsOf(anthropicUsage(usage));
	const parts = [];
	for (const iteration of iterations) {
		if (!(iteration instanceof Fields)) continue;
		parts.push(...partsOf(anthropicUsage(iteration), stringOf(iteration.get(K.model))));
	}
	const searches = anthropicUsage(usage)?.webSearches ?? 0;
	if (parts[0] !== void 0 && searches > 0) parts[0].usage.webSearches = searches;
	return parts;
}
function errorBody(body) {
	return {
		shape: "error",
		operation: "chat",
		model: stringOf(body.get(K.model)),
		id: body.get(K.id) ?? body.get(K.request_id),
		createdMs: null,
		tier: null,
		region: "",
		status: "error",
		errorType: errorWord(body.get(K.error)),
		stopReason: "",
		parts: [],
		answer: void 0,
		provider: ""
	};
}
/** The code or type of an error if it is one word; never its message, which may hold text or keys. */
function errorWord(error) {
	const words = error instanceof Fields ? [
		error.get(K.code),
		error.get(K.type),
		error.get(K.status)
	] : [error];
	for (const word of words) {
		const text = stringOf(word);
		if (text !== null && /^[a-z0-9_.-]{1,40}$/i.test(text) && !/^sk-/i.test(text)) return text;
	}
	return "error";
}
// src/formats/facts.ts
/** When the call started and how long it took, from whichever of start, end and duration is logged. */
function timesOf(values, body) {
	const start = instantOf(values[R.start]) ?? instantOf(values[R.time]);
	const end = instantOf(values[R.end]);
	const latencyMs = latencyOf(values) ?? (start !== null && end !== null ? durationMs(end - start) : null);
	if (start !== null) return {
		startedAtMs: start,
		latencyMs,
		source: "start"
	};
	if (end !== null) return {
		startedAtMs: end - (latencyMs ?? 0),
		latencyMs,
		source: "end"
	};
	const created = body?.createdMs ?? instantOf(values[R.created]);
	return {
		startedAtMs: created,
		latencyMs,
		source: created === null ? "none" : "created"
	};
}
function latencyOf(values) {
	const ms = numberOf(values[R.latencyMs]);
	if (ms !== null) return durationMs(ms);
	const seconds = numberOf(values[R.latencyS]);
	return seconds === null ? bareDurationMs(numberOf(values[R.latencyBare])) : durationMs(seconds * 1e3);
}
const HOSTS = [
	["openai.azure.com", "azure"],
	["api.openai.com", "openai"],
	["api.anthropic.com", "anthropic"],
	["generativelanguage.googleapis.com", "google"],
	["aiplatform.googleapis.com", "vertex"],
	["bedrock-runtime", "bedrock"],
	["openrouter.ai", "openrouter"],
	["api.groq.com", "groq"],
	["api.mistral.ai", "mistral"],
	["api.deepseek.com", "deepseek"],
	["api.x.ai", "xai"]
];
/** Who sends the invoice: as named, else by the host, else by the shape of the body; else empty. */
function providerOf(values, body, memory) {
	const named = stringOf(values[R.provider])?.toLowerCase();
	if (named !== void 0) return named.slice(0, 60);
	const host = stringOf(values[R.host]) ?? stringOf(values[R.url]);
	return (host === null ? "" : hostProvider(host, memory)) || (body?.provider ?? "");
}
function hostProvider(url, { hosts }) {
	return hosts.get(url) ?? hosts.keep(url, HOSTS.find(([part]) => url.includes(part))?.[1] ?? "");
}
const OPERATION_WORDS = [
	[/embed/, "embeddings"],
	[/rerank/, "rerank"],
	[/images\/|image_gen/, "image"],
	[/audio\/|transcription/, "audio"]
];
/** What was asked for, by the body, the call type or the path. */
function operationOf(values, body, memory) {
	if (body !== null && body.operation !== "chat") return body.operation;
	const byType = namedOperation(stringOf(values[R.callType]), memory);
	return byType === "chat" ? namedOperation(stringOf(values[R.url]), memory) : byType;
}
function namedOperation(name, { operations }) {
	if (name === null) return "chat";
	return operations.get(name) ?? operations.keep(name, OPERATION_WORDS.find(([word]) => word.test(name))?.[1] ?? "chat");
}
/** How the call ended. */
function outcomeOf(values, body) {
	const status = statusOf(values, body);
	return {
		status,
		httpStatus: httpOf(values),
		errorType: status === "ok" || status === "cached" ? "" : errorTypeOf(values, body),
		stopReason: body?.stopReason || stopReasonOf(values[R.finish])
	};
}
function errorTypeOf(values, body) {
	const info = values[R.errorInfo];
	return (body?.errorType || (info instanceof Fields ? stringOf(info.get(K.error_class)) : null) || errorWord(values[R.error])).slice(0, 60);
}
function httpOf(values) {
	const code = numberOf(values[R.httpStatus]);
	return code !== null && Number.isInteger(code) && code >= 100 && code < 600 ? code : null;
}
const BAD_WORDS = /* @__PURE__ */ new Set([
	"error",
	"failure",
	"failed",
	"exception"
]);
function statusOf(values, body) {
	if (values[R.cacheHit] !== void 0 && flagOf(values[R.cacheHit]) === true) return "cached";
	const http = httpOf(values);
	if (http === 408 || http === 504) return "timeout";
	if (http !== null && http >= 400) return http === 499 ? "cancelled" : "error";
	if (body !== null && body.status !== "ok") return body.status;
	const word = typeof values[R.httpStatus] === "number" ? "" : wordOf(values[R.httpStatus]);
	if (BAD_WORDS.has(word)) return "error";
	if (word === "timeout" || word === "cancelled") return word;
	if (flagOf(values[R.success]) === false || flagOf(values[R.failed]) === true) return timeoutOr(values, "error");
	return body === null && hasError(values[R.error]) ? timeoutOr(values, "error") : "ok";
}
function wordOf(value) {
	return stringOf(value)?.toLowerCase() ?? "";
}
function timeoutOr(values, status) {
	return /time.?out/i.test(stringOf(values[R.error]) ?? "") ? "timeout" : status;
}
function hasError(value) {
	if (value instanceof Fields) return value.ids.length > 0;
	const text = wordOf(value);
	return text !== "" && text !== "none" && text !== "null" && text !== "false";
}
// src/formats/memo.ts
/**
* Bounded memory: what was worked out for values that repeat all day.
*
* Takes keys and values, gives what was remembered. Never holds more than its limit: a full memory
* is emptied, and filled again by what comes next.
*/
var Memo = class {
	limit;
	#known = /* @__PURE__ */ new Map();
	/** What was asked for last is mostly asked for next. */
	#lastKey;
	#lastValue;
	constructor(limit) {
		this.limit = limit;
	}
	/** What was remembered; undefined if nothing was. */
	get(key) {
		if (key === this.#lastKey) return this.#lastValue;
		const value = this.#known.get(key);
		this.#lastKey = key;
		this.#lastValue = value;
		return value;
	}
	/** Remembers a value and gives it back. */
	keep(key, value) {
		if (this.#known.size >= this.limit) this.#known.clear();
		this.#known.set(key, value);
		this.#lastKey = key;
		this.#lastValue = value;
		return value;
	}
};
// src/formats/hash.ts
/**
* Hashes of texts and values: 53-bit safe integers, equal for equal content however it was written.
*
* Takes bytes and trees of json.ts, gives numbers. Not cryptographic: they tell calls apart, they
* hide nothing. Two different prompts among ten million collide with a chance of about 0.6 %, and a
* repeat must also agree in length. Never depends on what was hashed before.
*/
const TWO_32 = 4294967296;
const HIGH_BITS = 2097151;
/** Odd constants with well spread bits, of xxHash32 and MurmurHash3. */
const P1 = 2654435761;
const P2 = 2246822519;
const P4 = 668265263;
const COMPACT_LIMIT = 1e4;
/** Mixes an integer into a seed. */
function mix(seed, value) {
	const low = Math.imul((seed | 0) ^ (value | 0), P1);
	return spread(low, Math.imul(seed / TWO_32 ^ value / TWO_32 ^ low >>> 15, P2));
}
function spread(first, second) {
	let low = first;
	let high = second;
	low = Math.imul(low ^ low >>> 16, 2246822507);
	high = Math.imul(high ^ high >>> 13, 3266489909);
	low ^= high >>> 16;
	high ^= Math.imul(low, P1) >>> 11;
	return (high & HIGH_BITS) * TWO_32 + (low >>> 0);
}
/** Hashes a short string by its UTF-16 units. */
function hashString(text, seed = 0) {
	let low = (seed | 0) ^ text.length;
	let high = seed / TWO_32 ^ 1374496523;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		low = Math.imul(low ^ unit, P1);
		high = Math.imul((high ^ unit) + low, P2);
	}
	return spread(low, high);
}
/**
* Hashes bytes `[start, end)` of a view in four lanes that turn by one place a block, so that a
* change in one lane reaches all of them. Longer than a screen's worth of simple code would be,
* because every prompt and answer goes through it: it reads four bytes at a time and copies none.
*/
function hashView(view, start, end) {
	let a = end - start ^ P1;
	let b = -2048144777;
	let c = -1028477379;
	let d = P4;
	let at = start;
	for (const last = end - 16; at <= last; at += 16) {
		const first = a + Math.imul(view.getInt32(at, true), P2) | 0;
		const second = b + a + Math.imul(view.getInt32(at + 4, true), P2) | 0;
		const third = c + b + Math.imul(view.getInt32(at + 8, true), P2) | 0;
		const fourth = d + c + Math.imul(view.getInt32(at + 12, true), P2) | 0;
		a = Math.imul(fourth << 13 | fourth >>> 19, P1);
		b = Math.imul(first << 13 | first >>> 19, P1);
		c = Math.imul(second << 13 | second >>> 19, P1);
		d = Math.imul(third << 13 | third >>> 19, P1);
	}
	let low = Math.imul(a ^ (c << 17 | c >>> 15), P1) + b;
	let high = Math.imul(b ^ (d << 17 | d >>> 15), P2) + a;
	for (; at + 4 <= end; at += 4) {
		const word = view.getInt32(at, true);
		low = Math.imul(low ^ word, P1);
		high = Math.imul((high << 13 | high >>> 19) ^ word + low, P2);
	}
	for (; at < end; at++) {
		const byte = view.getUint8(at);
		low = Math.imul(low ^ byte, P1);
		high = Math.imul((high << 13 | high >>> 19) ^ byte + low, P2);
	}
	return spread(low ^ high >>> 15, high);
}
/** Members that identify a call or carry its transport, and do not change an answer. */
const NOT_CONTENT = keySet("id timestamp created_at created status call_id");
const NAME_HASHES = KEY_NAMES.map((name) => hashString(name));
/** The set of these names. */
function keySet(names) {
	const ids = new Set(keysOf(names));
	return KEY_NAMES.map((_, id) => ids.has(id));
}
/** Hashes values; one for each reader, since it remembers where it looked last. */
var Hasher = class {
	#bytes = /* @__PURE__ */ new Uint8Array(0);
	#view = new DataView(this.#bytes.buffer);
	#float = /* @__PURE__ */ new Float64Array(1);
	#halves = new Int32Array(this.#float.buffer);
	/** Raw hash → hash of the compact form, for the few schemas and tool lists that repeat all day. */
	#compact = new Memo(COMPACT_LIMIT);
	/** Hashes the bytes of a view of a log. */
	bytes({ bytes, start, end }) {
		if (bytes !== this.#bytes) {
			this.#bytes = bytes;
			this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		}
		return hashView(this.#view, start, end);
	}
	/** Hashes a value with everything in it that can shape an answer. */
	json(value, seed) {
		if (value instanceof Text) return mix(seed, this.bytes(value));
		if (typeof value === "string") return hashString(value, seed);
		if (value instanceof Fields) return this.fields(value, seed);
		if (value instanceof Raw) return this.#raw(value, seed);
		if (Array.isArray(value)) {
			let hash = mix(seed, value.length);
			for (const item of value) hash = this.json(item, hash);
			return hash;
		}
		return typeof value === "number" ? this.#number(value, seed) : hashString(String(value), seed);
	}
	#number(value, seed) {
		this.#float[0] = value + 0;
		return mix(mix(seed, this.#halves[0]), this.#halves[1]);
	}
	/** Hashes the members of an object, leaving out `skip`: what only identifies a call. */
	fields(fields, seed, skip = NOT_CONTENT) {
		const { ids, values, rest } = fields;
		let hash = seed;
		for (let i = 0; i < ids.length; i++) {
			const id = ids[i];
			if (!skip[id]) hash = this.json(values[i], mix(hash, NAME_HASHES[id]));
		}
		if (rest === null) return hash;
		for (const [name, value] of rest) hash = this.#raw(value, hashString(name, hash));
		return hash;
	}
	#raw(raw, seed) {
		const asWritten = this.bytes(raw);
		return mix(seed, this.#compact.get(asWritten) ?? this.#compacted(raw, asWritten));
	}
	#compacted(raw, asWritten) {
		const plain = compactText(raw);
		return this.#compact.keep(asWritten, plain === null ? asWritten : hashString(plain));
	}
};
// src/formats/prompt.ts
/**
* Prompts: what was asked, as hashes, sizes and the two texts that carry the instruction.
*
* Takes a request as the log holds it, gives facts. Never decodes or keeps a text.
*/
/** Members of a request that are the prompt itself, or do not shape the answer. */
const NOT_PARAMETERS = keySet(`model messages prompt input system instructions user user_id metadata stream id request_id
   service_tier session_id timestamp provider`);
/** A request without any prompt. */
const NO_PROMPT = {
	promptHash: null,
	systemHash: null,
	paramsHash: 0,
	promptBytes: 0,
	turns: 0,
	hasTools: false,
	hasSchema: false,
	maxTokens: null,
	temperatureMilli: null,
	system: null,
	user: null
};
/** The prompt and the parameters of a request body. */
function promptOf(request, memory) {
	const walk = new Walk(memory);
	walk.take(request.get(K.messages) ?? request.get(K.prompt) ?? request.get(K.input), request.get(K.system) ?? request.get(K.instructions));
	const tools = request.get(K.tools) ?? request.get(K.functions);
	const format = request.get(K.response_format) ?? request.fields(K.text)?.rest?.find(([name]) => name === "format")?.[1];
	return {
		promptHash: walk.turns === 0 ? null : walk.hash,
		systemHash: walk.systemHash,
		paramsHash: memory.hasher.fields(request, 0, NOT_PARAMETERS),
		promptBytes: walk.bytes,
		turns: walk.turns,
		hasTools: tools instanceof Raw && !isEmpty(tools),
		hasSchema: format instanceof Raw && asksForJson(format, memory),
		maxTokens: limitOf(request.get(K.max_completion_tokens) ?? request.get(K.max_tokens) ?? request.get(K.max_output_tokens)),
		temperatureMilli: milli(request.get(K.temperature)),
		system: walk.system,
		user: walk.user
	};
}
/** A prompt that stands in the record itself: a text, or a list of messages. */
function barePromptOf(prompt, system, memory) {
	const walk = new Walk(memory);
	walk.take(prompt, system);
	if (walk.turns === 0) return NO_PROMPT;
	return {
		...NO_PROMPT,
		promptHash: walk.hash,
		systemHash: walk.systemHash,
		promptBytes: walk.bytes,
		turns: walk.turns,
		system: walk.system,
		user: walk.user
	};
}
/** An output limit in tokens; null if it is none. */
function limitOf(value) {
	const limit = numberOf(value);
	return limit !== null && limit >= 0 && limit < 2 ** 31 ? Math.round(limit) : null;
}
/** A temperature in thousandths; null if it is not logged or out of range. */
function milli(value) {
	const number = numberOf(value);
	return number !== null && number >= 0 && number <= 100 ? Math.round(number * 1e3) : null;
}
/** Whether a raw value is null, `[]`, `{}` or no more than a digit or two, blanks aside. */
function isEmpty(raw) {
	if (raw.end - raw.start > 64) return false;
	const text = compactText(raw) ?? raw.toString();
	return text.length <= 2 || text === "null";
}
function asksForJson(format, memory) {
	const key = memory.hasher.bytes(format);
	return memory.jsonFormats.get(key) ?? memory.jsonFormats.keep(key, /json/.test(compactText(format) ?? format.toString()));
}
/** The messages of a prompt, taken one after the other. */
var Walk = class {
	memory;
	hash = 0;
	systemHash = null;
	bytes = 0;
	turns = 0;
	system = null;
	user = null;
	constructor(memory) {
		this.memory = memory;
	}
	/** Takes a prompt; without any turn but the system's it counts as none. */
	take(prompt, system) {
		if (system !== void 0 && system !== null) this.#message("system", system);
		const turnsBefore = this.turns;
		if (Array.isArray(prompt)) for (const item of prompt) this.#item(item);
		else if (prompt instanceof Text && prompt.length > 0) this.#message("user", prompt);
		if (this.turns === turnsBefore) this.turns = 0;
	}
	#item(item) {
		if (!(item instanceof Fields)) {
			this.#message("user", item);
			return;
		}
		const role = stringOf(item.get(K.role)) ?? "user";
		this.#message(role, item.get(K.content) ?? item.get(K.text) ?? null);
		if (item.rest !== null || item.ids.length > 2) this.hash = this.memory.hasher.fields(item, this.hash);
	}
	#message(role, content) {
		this.turns++;
		const contentHash = this.memory.hasher.json(content, 0);
		this.hash = mix(hashString(role, this.hash), contentHash);
		this.bytes += bytesOf(content);
		const text = lastText(content);
		if (role === "system" || role === "developer") {
			this.systemHash = mix(this.systemHash ?? 1, contentHash);
			this.system = text ?? this.system;
		} else if (role === "user" || role === "human") this.user = text ?? this.user;
	}
};
/** Bytes of the texts in a content. */
function bytesOf(content) {
	if (content instanceof Text) return content.length;
	if (!Array.isArray(content)) return 0;
	return content.reduce((sum, part) => sum + bytesOf(textIn(part)), 0);
}
/** The last text in a content; null if there is none. */
function lastText(content) {
	if (content instanceof Text) return content;
	if (!Array.isArray(content)) return null;
	for (let i = content.length - 1; i >= 0; i--) {
		const text = lastText(textIn(content[i]));
		if (text !== null) return text;
	}
	return null;
}
function textIn(part) {
	return part instanceof Fields ? part.get(K.text) ?? part.get(K.content) ?? null : part;
}
/** The hash and size of an answer; null hash if the log holds none. */
function answerOf(answer, memory) {
	const message = answer instanceof Fields ? answer : null;
	const content = message === null ? answer : message.get(K.content);
	const isSilent = content === null && message !== null && !message.has(K.tool_calls);
	if (content === void 0 || isSilent) return {
		hash: null,
		bytes: 0
	};
	const tools = message?.get(K.tool_calls);
	const hash = memory.hasher.json(content, 0);
	return {
		hash: tools instanceof Raw ? mix(hash, memory.hasher.json(tools, 1)) : hash,
		bytes: bytesOf(content)
	};
}
// src/formats/assemble.ts
/** Makes the calls of one record, or says why it is none. Throws BadValue for impossible counts. */
function assemble(found, memory) {
	const { values, body } = found;
	const outcome = outcomeOf(values, body);
	const requested = modelName(found.request?.get(K.model)) ?? modelName(values[R.modelRequested]);
	const served = body?.model ?? modelName(values[R.model]) ?? requested;
	if (served === null && outcome.status !== "error") return {
		reason: "no_model",
		detail: "no model is named"
	};
	const record = {
		found,
		memory,
		outcome: memory.sharedOutcome(outcome),
		prompt: found.request === null ? promptBeside(values, memory) : promptOf(found.request, memory),
		times: timesOf(values, body),
		provider: providerOf(values, body, memory),
		served: served ?? "",
		requested: requested ?? served ?? ""
	};
	if (body !== null && body.parts.length > 1) return body.parts.map((part, index) => callOf(record, part, index));
	return [callOf(record, body?.parts[0] ?? flatPart(record), 0)];
}
/** The one part of a record without a body that tells: a failed call without usage billed nothing. */
function flatPart({ found, outcome, provider }) {
	const usage = found.usage === void 0 ? flatUsage(found.values, provider) : found.usage;
	return {
		usage: usage === null && (outcome.status === "error" || outcome.status === "cached") ? emptyUsage() : usage,
		model: null
	};
}
function callOf(record, part, index) {
	const { found, prompt, times, memory } = record;
	const { values, body } = found;
	const answer = answerOf(body?.answer ?? textual(values[R.answer]), memory);
	const idKey = keyOf(body?.id, memory) ?? keyOf(values[R.responseId], memory) ?? loggerKey(values[R.id], memory);
	return {
		call: {
			target: targetOf(record, part),
			outcome: record.outcome,
			usage: part.usage ?? emptyUsage(),
			startedAtMs: times.startedAtMs,
			latencyMs: times.latencyMs,
			maxTokens: prompt.maxTokens ?? limitOf(values[R.maxTokens]),
			temperatureMilli: prompt.temperatureMilli ?? milli(values[R.temperature]),
			user: userOf(values, memory),
			sessionKey: keyOf(values[R.session], memory),
			tag: tagOf(values),
			idKey: index === 0 || idKey === null ? idKey : mix(idKey, index),
			promptHash: prompt.promptHash,
			systemHash: prompt.systemHash,
			paramsHash: prompt.paramsHash,
			answerHash: answer.hash,
			promptBytes: prompt.promptBytes,
			answerBytes: answer.bytes,
			turns: prompt.turns,
			hasTools: prompt.hasTools,
			hasSchema: prompt.hasSchema,
			billedPico: index === 0 ? billedOf(values) : null
		},
		system: prompt.system,
		user: prompt.user
	};
}
function targetOf(record, part) {
	const { values, body, tier, format } = record.found;
	return record.memory.sharedTarget({
		provider: record.provider,
		model: part.model ?? record.served,
		modelRequested: record.requested,
		operation: operationOf(values, body, record.memory),
		tier: tier ?? body?.tier ?? tierOf(values[R.tier]) ?? "standard",
		region: body?.region || (stringOf(values[R.region]) ?? "").slice(0, 60),
		format,
		usageBasis: part.usage === null ? "missing" : "measured",
		timeSource: record.times.source
	});
}
function promptBeside(values, memory) {
	return values[R.prompt] === void 0 ? NO_PROMPT : barePromptOf(values[R.prompt], values[R.system], memory);
}
function textual(value) {
	return value instanceof Text && value.length > 0 ? value : void 0;
}
function modelName(value) {
	const name = stringOf(value);
	return name === null || name === "-" ? null : name.slice(0, 200);
}
/** 53-bit hash of an id; null without one. */
function keyOf(value, memory) {
	if (value instanceof Text) return value.length === 0 ? null : memory.hasher.bytes(value);
	const text = stringOf(value);
	return text === null ? null : hashString(text);
}
/** The key of a logger's id; a row number tells rows of one file apart, not calls. */
function loggerKey(value, memory) {
	const text = stringOf(value);
	return text === null || /^\d+$/.test(text) ? null : keyOf(value, memory);
}
function userOf(values, memory) {
	return nameOf(values[R.user], memory) ?? nameOf(values[R.owner], memory) ?? "";
}
/** A name, an address or an id; a text under a name such as `user` may be a prompt. */
function nameOf(value, { users }) {
	const name = stringOf(value);
	if (name === null || name.length > 120) return null;
	const known = users.get(name);
	if (known !== void 0) return known;
	return users.keep(name, /^\S+( \S+){0,2}$/.test(name) ? name : null);
}
function tagOf(values) {
	const own = stringOf(values[R.task]);
	if (own !== null) return parseTask(own);
	const tags = values[R.tags];
	if (tags === void 0) return null;
	for (const tag of Array.isArray(tags) ? tags : [tags]) {
		const task = parseTask(stringOf(tag) ?? "");
		if (task !== null) return task;
	}
	return null;
}
function billedOf(values) {
	return moneyOf(values[R.cost]) ?? moneyOf(values[R.costCents], 2) ?? moneyOf(values[R.costMicros], 6);
}
// src/formats/batch.ts
/**
* OpenAI Batch files: results, errors, and inputs (which hold nothing to price).
*
* Takes their lines, gives calls of the batch tier: the framing alone proves it, the bodies say
* "default". Never takes a line of another log: it must have a custom_id.
*/
/** A line of an output or error file. */
const batchOutput = {
	id: "openai_batch",
	parse: (record, values, memory) => {
		if (!record.has(K.custom_id) || record.get(K.response) === void 0) return null;
		const response = record.fields(K.response);
		const inner = response?.fields(K.body);
		if (response === void 0 ? !record.has(K.error) : inner === void 0) return null;
		values[R.httpStatus] = response?.get(K.status_code);
		values[R.id] = record.get(K.id) ?? record.get(K.custom_id);
		values[R.url] = void 0;
		return assemble({
			values,
			request: null,
			body: inner === void 0 ? null : bodyOf(inner),
			usage: null,
			format: "openai_batch",
			tier: "batch"
		}, memory);
	}
};
/** A line of an input file. */
const batchInput = {
	id: "openai_batch_input",
	parse: (record) => record.has(K.custom_id) && record.has(K.method) && record.fields(K.body) !== void 0 ? {
		reason: "request_only",
		detail: "a batch input line: a request without an answer"
	} : null
};
// src/formats/flat.ts
/** A model beside counts or a cost, under any of the usual names. */
const flat = {
	id: "flat",
	parse: flatCalls
};
function flatCalls(record, values, memory) {
	useBareCounts(values);
	if ((values[R.input] ?? values[R.output] ?? values[R.total] ?? values[R.cost]) === void 0 || values[R.model] === void 0) return null;
	if (values[R.aggregate] !== void 0) return {
		reason: "aggregate_row",
		detail: "a sum over many calls, of a usage export"
	};
	const provider = stringOf(values[R.provider])?.toLowerCase() ?? "";
	checkAgreement(record, values);
	const usage = providerUsage(record, values, provider) ?? flatUsage(values, provider);
	const silent = values[R.httpStatus] === void 0 && values[R.success] === void 0;
	if (usage !== null && usage.input + usage.cacheRead + usage.output === 0 && silent && values[R.error] === void 0) values[R.failed] = true;
	return assemble({
		values,
		request: null,
		body: null,
		usage,
		format: "flat",
		tier: null
	}, memory);
}
/**
* Counts in a provider's own shape, flat or under `usage`: with OpenAI's details, or under Anthropic's
* names for a Claude model, which beat what a total computed by the logger says.
*/
function providerUsage(record, values, provider) {
	const usage = record.fields(K.usage) ?? record.fields(K.token_usage) ?? record;
	if (usage.fields(K.prompt_tokens_details) ?? usage.fields(K.input_tokens_details)) return openAiUsage(usage);
	const isClaude = /claude/i.test(stringOf(values[R.model]) ?? "") || provider === "anthropic";
	const isRaw = looksAnthropic(usage) || usage.fields(K.cache_creation) !== void 0;
	return isClaude && isRaw && usage.has(K.input_tokens) ? anthropicUsage(usage) : null;
}
/** Numbers under `prompt` and `completion` are the counts where both are there and no other is. */
function useBareCounts(values) {
	if ((values[R.input] ?? values[R.output] ?? values[R.total]) !== void 0) return;
	const { [R.bareInput]: input, [R.bareOutput]: output } = values;
	if (input === void 0 || output === void 0) return;
	values[R.input] = input;
	values[R.output] = output;
	if (values[R.prompt] === input) values[R.prompt] = void 0;
	if (values[R.answer] === output) values[R.answer] = void 0;
}
/**
* Throws BadValue where a record counts its input under both usual names and not the same; a
* difference of just the cached part is that of two conventions, and zeros are left by gateways.
*/
function checkAgreement(record, values) {
	const usage = record.fields(K.usage) ?? record;
	const whole = countUnder(usage, K.prompt_tokens) ?? 0;
	const fresh = countUnder(usage, K.input_tokens) ?? 0;
	if (whole === 0 || fresh === 0 || whole === fresh) return;
	if (whole !== fresh + ((countOf(values[R.cacheRead], "cached") ?? 0) + (countOf(values[R.cacheWrite], "written") ?? 0))) throw new BadValue({
		reason: "inconsistent_tokens",
		detail: `prompt_tokens is ${whole} and input_tokens is ${fresh}`
	});
	values[R.total] ??= whole + (countOf(values[R.output], "output") ?? 0);
}
// src/formats/sse.ts
function dict(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
/** Whether a logged response text is a stream of events. */
function looksLikeStream(text) {
	return /^\s*(data|event|id):/.test(text);
}
/** Merges the events of a stream; null if none of them is of a known shape. */
function mergeStream(text) {
	const merged = {
		body: {},
		usage: null,
		text: "",
		stop: null
	};
	for (const event of eventsOf(text)) addEvent(merged, event);
	if (Object.keys(merged.body).length === 0) return null;
	const { body, usage } = merged;
	if (usage !== null) body.usage = usage;
	if (body.object === "chat.completion") body.choices = [{
		finish_reason: merged.stop,
		message: {
			role: "assistant",
			content: merged.text
		}
	}];
	else if (body.type === "message") {
		body.stop_reason = merged.stop;
		body.content = [{
			type: "text",
			text: merged.text
		}];
	}
	return body;
}
function* eventsOf(text) {
	for (const block of text.split(/\r?\n\r?\n/)) {
		const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("");
		if (!data.startsWith("{")) continue;
		try {
			yield dict(JSON.parse(data));
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
		}
	}
}
function addEvent(merged, event) {
	if (event.object === "chat.completion.chunk") addChunk(merged, event);
	else if (event.type === "message_start") {
		Object.assign(merged.body, dict(event.message));
		addUsage(merged, dict(event.message).usage);
	} else if (event.type === "content_block_delta") merged.text += textOf(dict(event.delta).text);
	else if (event.type === "message_delta") {
		addUsage(merged, event.usage);
		merged.stop = dict(event.delta).stop_reason ?? merged.stop;
	} else if (typeof event.type === "string" && event.type.startsWith("response.")) {
		if (event.response !== void 0) Object.assign(merged.body, dict(event.response));
	} else if (event.error !== void 0) merged.body.error = event.error;
}
function addChunk(merged, chunk) {
	const { id, created, model, service_tier } = chunk;
	Object.assign(merged.body, {
		id,
		created,
		model,
		object: "chat.completion"
	});
	if (service_tier !== void 0) merged.body.service_tier = service_tier;
	if (chunk.error !== void 0) merged.body.error = chunk.error;
	addUsage(merged, chunk.usage);
	addUsage(merged, dict(chunk.x_groq).usage);
	const choice = dict(Array.isArray(chunk.choices) ? chunk.choices[0] : void 0);
	merged.text += textOf(dict(choice.delta).content);
	merged.stop = choice.finish_reason ?? merged.stop;
}
function textOf(value) {
	return typeof value === "string" ? value : "";
}
function addUsage(merged, usage) {
	for (const [key, value] of Object.entries(dict(usage))) {
		if (value === null || key === "__proto__") continue;
		merged.usage ??= {};
		merged.usage[key] = value;
	}
}
// src/formats/nested.ts
/**
* Bodies inside records: as an object, as JSON in a string, or as a logged stream.
*
* Takes a member of a record, gives the tree of the body, or null if it is none of these. Never
* decodes a text that does not begin like one.
*/
/** The object a member holds in one of the three ways; null if it holds none. */
function objectIn(value, inRequest) {
	if (value instanceof Fields) return value;
	const text = value instanceof Text || typeof value === "string" ? value : null;
	if (text === null || !startsLikeBody(text)) return null;
	const decoded = String(text);
	const plain = looksLikeStream(decoded) ? mergeStream(decoded) : parseObject(decoded);
	const tree = plain === null ? null : treeOf(plain, inRequest);
	return tree instanceof Fields ? tree : null;
}
function startsLikeBody(text) {
	if (typeof text === "string") return /^\s*[{:deil]/.test(text);
	return [
		"{",
		"data:",
		"event:",
		"id:",
		" ",
		"\\n"
	].some((start) => text.startsWith(start));
}
function parseObject(text) {
	const value = parseJson(text);
	return typeof value === "object" ? value : null;
}
// src/formats/litellm.ts
/**
* LiteLLM: the standard logging payload of its callbacks, and rows of its spend log.
*
* Takes their records, gives one call each. All counts are inclusive, also for Anthropic; the cost is
* LiteLLM's own. Never takes the response's usage where the metadata have one in more detail.
*/
/** LiteLLM's two record shapes. */
const litellm = {
	id: "litellm",
	parse: (record, values, memory) => {
		if (!(record.get(K.response_cost) !== void 0 || record.get(K.spend) !== void 0) || record.get(K.call_type) === void 0) return null;
		values[R.latencyBare] = void 0;
		const response = objectIn(values[R.response], false);
		const body = response === null ? null : bodyOf(response);
		const metadata = objectIn(record.get(K.metadata), false);
		const counted = openAiUsage(metadata?.fields(K.usage_object) ?? response?.fields(K.usage) ?? record) ?? openAiUsage(record);
		const failed = record.get(K.status) === "failure";
		values[R.errorInfo] ??= metadata?.get(K.error_information);
		values[R.owner] ??= metadata?.get(K.user_api_key_alias);
		if (body === null) values[R.answer] = void 0;
		values[R.prompt] = void 0;
		return assemble({
			values,
			request: parametersOf(record),
			body: body === null ? null : {
				...body,
				parts: [],
				model: null,
				id: record.get(K.id) ?? body.id
			},
			usage: failed ? null : counted,
			format: "litellm",
			tier: null
		}, memory);
	}
};
/** The record's own messages and parameters in the form of a request. */
function parametersOf(record) {
	const messages = listIn(record.get(K.messages));
	if (messages === null) return null;
	const request = new Fields();
	request.add(K.messages, messages);
	const parameters = record.get(K.model_parameters);
	const tree = treeOf(parameters instanceof Raw ? parseJson(compactText(parameters) ?? "") : null, true);
	if (tree instanceof Fields) {
		tree.ids.forEach((id, at) => {
			request.add(id, tree.values[at]);
		});
		request.rest = tree.rest;
	}
	return request;
}
/** A list of messages, also one that is logged as JSON in a string; null for `{}`, which is none. */
function listIn(messages) {
	if (Array.isArray(messages)) return messages;
	if (!(messages instanceof Text) || !messages.startsWith("[")) return null;
	const tree = treeOf({ messages: parseJson(messages.toString()) }, true);
	const list = tree instanceof Fields ? tree.get(K.messages) : null;
	return Array.isArray(list) ? list : null;
}
// src/formats/pair.ts
const NOT_A_CALL = /count_tokens|countTokens|input_tokens$|\/models\/?(\?|$)|\/files\b|\/batches\b|\/moderations\b/;
/** `{request, response, …}` with any of the usual names. */
const pair = {
	id: "pair",
	parse: pairCalls
};
function pairCalls(_record, values, memory) {
	const response = objectIn(values[R.response], false);
	if (response === null) return null;
	const url = stringOf(values[R.url]);
	if (url !== null && isIdle(url, memory)) return {
		reason: "not_a_call",
		detail: "a request to an endpoint that generates nothing"
	};
	const body = bodyOf(response);
	if (body === null) return null;
	const request = objectIn(values[R.request], true);
	return assemble({
		format: body.shape,
		values,
		request,
		body,
		tier: null
	}, memory);
}
function isIdle(url, { idleUrls }) {
	return idleUrls.get(url) ?? idleUrls.keep(url, NOT_A_CALL.test(url));
}
// src/formats/index.ts
/**
* The registry of dialects: a record is of the first one that matches.
*
* Takes a name, gives its dialect. Never in another order: the more particular ones come first.
*/
const DIALECTS = [
	batchOutput,
	batchInput,
	litellm,
	pair,
	{
		id: "bare",
		parse: (record, values, memory) => {
			const body = (record.has(K.choices) || record.has(K.object) || record.get(K.type) === "message") && record.fields(K.usage) !== void 0 ? bodyOf(record) : null;
			if (body === null) return null;
			return assemble({
				format: body.shape,
				values,
				request: null,
				body,
				tier: null
			}, memory);
		}
	},
	flat
];
// src/formats/memory.ts
const WORDS = 1e3;
const NAMES = 1e4;
/** One for each reader; passed to whatever reads a record. */
var Memory = class {
	hasher = new Hasher();
	/** URL or host → provider. */
	hosts = new Memo(WORDS);
	/** Path or call type → operation. */
	operations = new Memo(WORDS);
	/** URL → whether it generates nothing. */
	idleUrls = new Memo(WORDS);
	/** Hash of a response format → whether it asks for JSON. */
	jsonFormats = new Memo(WORDS);
	/** Text under a user's name → the name in it, if it is one. */
	users = new Memo(NAMES);
	#targets = new Memo(WORDS);
	#outcomes = new Memo(WORDS);
	/** The target given, or an equal one given before. */
	sharedTarget(target) {
		const known = this.#targets.get(target.model);
		if (known !== void 0 && isSameTarget(known, target)) return known;
		return this.#targets.keep(target.model, target);
	}
	/** The outcome given, or an equal one given before. */
	sharedOutcome(outcome) {
		const known = this.#outcomes.get(outcome.stopReason);
		return known !== void 0 && known.status === outcome.status && known.httpStatus === outcome.httpStatus && known.errorType === outcome.errorType ? known : this.#outcomes.keep(outcome.stopReason, outcome);
	}
};
function isSameTarget(a, b) {
	return a.modelRequested === b.modelRequested && a.provider === b.provider && a.tier === b.tier && a.operation === b.operation && a.region === b.region && a.format === b.format && a.usageBasis === b.usageBasis && a.timeSource === b.timeSource;
}
// src/formats/escapes.ts
/**
* Escapes and literals: what single bytes and strings of JSON may be.
*
* Takes bytes and quoted strings, gives verdicts and decoded strings. Throws DOUBT for what JSON.parse
* refuses; never decodes what it could not.
*/
const QUOTE$3 = 34;
const BACKSLASH$2 = 92;
/** Thrown where the bytes are not surely what they look like. */
const DOUBT = /* @__PURE__ */ new Error("in doubt");
/** Whether a byte can be part of a number, true, false or null. */
function isLiteralByte(byte) {
	return byte >= 48 && byte <= 57 || byte >= 97 && byte <= 122 || byte === 45 || byte === 43 || byte === 46 || byte === 69;
}
/** Whether JSON.stringify writes an escape with this byte: `"`, `\`, b, f, n, r or t. */
function isCanonical(byte) {
	return byte === QUOTE$3 || byte === BACKSLASH$2 || byte === 98 || byte === 102 || byte === 110 || byte === 114 || byte === 116;
}
/** Decodes a quoted JSON string; in doubt where JSON.parse refuses. */
function parseString(quoted) {
	try {
		return JSON.parse(quoted);
	} catch (error) {
		if (error instanceof SyntaxError) throw DOUBT;
		throw error;
	}
}
// src/formats/cursor.ts
/**
* The cursor: single JSON values read from bytes, without decoding what is not needed.
*
* Takes bytes and a position, gives words, numbers and views. Throws DOUBT where it is not sure:
* then JSON.parse decides (parse.ts). Never reads beyond the end of the record. It is the bottom of
* the hot loop: every byte of every log goes through here.
*/
const QUOTE$2 = 34;
const BACKSLASH$1 = 92;
const OPEN$2 = 123;
const CLOSE$1 = 125;
const OPEN_LIST$2 = 91;
const CLOSE_LIST$1 = 93;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const ZERO = 48;
const NINE = 57;
const POINT = 46;
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const SLOTS$1 = 4096;
/** Words up to this length are hashed on the way and remembered. */
const SHORT = 40;
/** Beyond every buffer, and still a small integer to the engine. */
const FAR = 2147483647;
/** One cursor per thread: it remembers short words. */
var Cursor = class {
	bytes = Buffer.alloc(0);
	/** The same bytes, four at a time. */
	view = new DataView(this.bytes.buffer);
	/** Where the record ends. */
	end = 0;
	at = 0;
	/** The first backslash at or after `searchedFrom`: searched once, not once a string. */
	backslash = -1;
	searchedFrom = 0;
	escaped = false;
	canonical = true;
	words = new Array(SLOTS$1).fill(void 0);
	/** Points the cursor at new bytes. */
	reset(bytes) {
		this.bytes = bytes;
		this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		this.backslash = -1;
		this.searchedFrom = 0;
	}
	/** The next byte that is not a blank, without taking it; -1 at the end. */
	peek() {
		const { bytes, end } = this;
		let at = this.at;
		while (at < end) {
			const byte = bytes[at];
			if (byte > 32) {
				this.at = at;
				return byte;
			}
			if (byte !== 32 && byte !== 9 && byte !== 13 && byte !== 10) throw DOUBT;
			at++;
		}
		this.at = at;
		return -1;
	}
	/** Takes the next byte that is not a blank. */
	next() {
		const byte = this.peek();
		this.at++;
		return byte;
	}
	/** Reads a number, true, false or null that starts here with `first`. */
	literal(first) {
		const { bytes, end } = this;
		const start = this.at;
		let at = start;
		let byte = first;
		let value = 0;
		while (byte >= ZERO && byte <= NINE && at < end) {
			value = value * 10 + byte - ZERO;
			byte = bytes[++at];
		}
		const digits = at - start;
		let decimals = 0;
		if (digits > 0 && byte === POINT) {
			const point = at++;
			byte = bytes[at];
			while (byte >= ZERO && byte <= NINE && at < end) {
				value = value * 10 + byte - ZERO;
				byte = bytes[++at];
			}
			decimals = at - point - 1;
			if (decimals === 0) return this.wideLiteral(start);
		}
		if (!(digits > 0 && digits + decimals <= 15 && (first !== ZERO || digits === 1)) || at >= end || isLiteralByte(byte)) return this.wideLiteral(start);
		this.at = at;
		return decimals === 0 ? value : value / POWERS[decimals];
	}
	wideLiteral(start) {
		const { bytes, end } = this;
		let at = start;
		while (at < end && isLiteralByte(bytes[at])) at++;
		this.at = at;
		const text = bytes.toString("latin1", start, at);
		if (text === "null") return null;
		if (text === "true") return true;
		if (text === "false") return false;
		if (!NUMBER.test(text)) throw DOUBT;
		return Number(text);
	}
	/** Whether the ASCII string equals the bytes; a string with other characters never does. */
	equals(text, start, end) {
		if (text.length !== end - start) return false;
		const { bytes } = this;
		for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
		return true;
	}
	/** Decodes the string that starts here; short plain ones come from memory. */
	word() {
		const { bytes } = this;
		const start = this.at + 1;
		const limit = Math.min(this.end, start + SHORT);
		let hash = 0;
		for (let at = start; at < limit; at++) {
			const byte = bytes[at];
			if (byte === QUOTE$2) {
				this.at = at + 1;
				return this.remembered(hash, start, at);
			}
			if (byte === BACKSLASH$1 || byte < 32 || byte > 126) break;
			hash = Math.imul(hash, 31) + byte | 0;
		}
		const end = this.stringEnd(start);
		this.at = end + 1;
		return parseString(bytes.toString("utf8", start - 1, end + 1));
	}
	remembered(hash, start, end) {
		const slot = (hash ^ hash >>> 12) & 4095;
		const known = this.words[slot];
		if (known !== void 0 && this.equals(known, start, end)) return known;
		const word = this.bytes.toString("latin1", start, end);
		this.words[slot] = word;
		return word;
	}
	/** Points `into` at the string that starts here; one JSON.stringify would write otherwise is copied. */
	text(into) {
		const { bytes } = this;
		const start = this.at + 1;
		const end = this.stringEnd(start);
		this.at = end + 1;
		if (this.canonical) return into.point(bytes, start, end, this.escaped);
		const escaped = JSON.stringify(parseString(bytes.toString("utf8", start - 1, end + 1))).slice(1, -1);
		const copy = Buffer.from(escaped, "utf8");
		return into.point(copy, 0, copy.length, escaped.includes("\\"));
	}
	/**
	* The closing quote of the string whose body starts at `start`. `escaped` and `canonical` then say
	* whether it holds escapes, and whether they are those that JSON.stringify writes.
	*/
	stringEnd(start) {
		const { bytes, end } = this;
		this.escaped = false;
		this.canonical = true;
		let quote = bytes.indexOf(QUOTE$2, start);
		if (quote < 0 || quote >= end) throw DOUBT;
		let mark = this.nextBackslash(start);
		while (mark < quote) {
			this.escaped = true;
			if (!isCanonical(bytes[mark + 1])) this.canonical = false;
			if (mark + 1 === quote) {
				quote = bytes.indexOf(QUOTE$2, quote + 1);
				if (quote < 0 || quote >= end) throw DOUBT;
			}
			mark = this.nextBackslash(mark + 2);
		}
		return quote;
	}
	/** The first backslash from `from` on: searched once over the bytes, not once a string. */
	nextBackslash(from) {
		if (this.backslash >= from && from >= this.searchedFrom) return this.backslash;
		this.searchedFrom = from;
		const found = this.bytes.indexOf(BACKSLASH$1, from);
		this.backslash = found < 0 ? FAR : found;
		return this.backslash;
	}
	/** Points `into` at the value that starts here. */
	raw(into) {
		const start = this.at;
		this.skip();
		return into.point(this.bytes, start, this.at);
	}
	/** Passes over the value that starts here, looking at its brackets and quotes only. */
	skip() {
		const { bytes } = this;
		const byte = bytes[this.at];
		if (byte === QUOTE$2) this.skipString();
		else if (byte === OPEN$2 || byte === OPEN_LIST$2) this.skipNested();
		else this.literal(byte);
	}
	skipString() {
		this.at = this.stringEnd(this.at + 1) + 1;
	}
	skipNested() {
		const { bytes, end } = this;
		/** One bit a level, 1 for a list, below a leading 1. */
		let levels = 1;
		let at = this.at;
		while (at < end) {
			const byte = bytes[at];
			if (byte === QUOTE$2) {
				this.at = at;
				this.skipString();
				at = this.at;
				continue;
			}
			at++;
			if (byte === OPEN$2 || byte === OPEN_LIST$2) {
				levels = levels << 1 | (byte === OPEN_LIST$2 ? 1 : 0);
				if (levels > 1 << 29) throw DOUBT;
			} else if (byte === CLOSE$1 || byte === CLOSE_LIST$1) {
				if ((levels & 1) !== (byte === CLOSE_LIST$1 ? 1 : 0)) throw DOUBT;
				levels >>= 1;
				if (levels === 1) {
					this.at = at;
					return;
				}
			}
		}
		throw DOUBT;
	}
};
// src/formats/template.ts
/** How a value is read. */
const Leaf = {
	skip: 0,
	word: 1,
	text: 2,
	raw: 3
};
const QUOTE$1 = 34;
const OPEN$1 = 123;
const OPEN_LIST$1 = 91;
const MAX_TEMPLATES = 8;
/** Of so many lines, a fifth must match, or templates rest for ten times as many. */
const WINDOW = 1e3;
/** The shapes seen last. */
var TemplateCache = class {
	templates = [];
	tried = 0;
	matched = 0;
	resting = 0;
	/** The tree of a line that has a known shape, filled with its values; else null. */
	match(cursor, start) {
		if (this.resting > 0) {
			this.resting--;
			return null;
		}
		if (++this.tried === WINDOW) this.review();
		const { templates } = this;
		for (let i = 0; i < templates.length; i++) {
			const template = templates[i];
			if (!template.fill(cursor, start)) continue;
			if (i > 0) {
				templates.splice(i, 1);
				templates.unshift(template);
			}
			this.matched++;
			return template.root;
		}
		return null;
	}
	review() {
		if (this.matched * 5 < WINDOW) this.resting = WINDOW * 10;
		this.tried = 0;
		this.matched = 0;
	}
	/** Whether the line that did not match should be learned. */
	wantsTrace() {
		return this.resting === 0;
	}
	/** Learns the shape of a line in `[start, end)`. */
	learn(bytes, line) {
		if (line.trace.leaves.length > 400) return;
		this.templates.unshift(new Template(bytes, line));
		if (this.templates.length > MAX_TEMPLATES) this.templates.pop();
	}
};
/** So many lines are read before what is the same in all of them counts as part of the shape. */
const TRIAL = 64;
/** A longer value that repeats is cheaper to read than to compare. */
const MAX_CONSTANT = 48;
var Template = class {
	root;
	/** Every value of the line. */
	whole;
	/** The values that differ from line to line; null until TRIAL lines were read, and if it fails. */
	folded = null;
	/** What the others are, to be put back after a line in which one of them was not. */
	constants = [];
	isDirty = false;
	filled = 0;
	missed = 0;
	constructor(bytes, line) {
		this.root = line.root;
		this.whole = wholeShape(bytes, line);
	}
	/** Puts the values of the line at `start` into the tree; false if it has another shape. */
	fill(cursor, start) {
		const { folded } = this;
		if (folded === null) return this.tryOut(cursor, start);
		if (fillShape(folded, cursor, start)) {
			if (this.isDirty) this.restore();
			return true;
		}
		this.isDirty = true;
		if (!fillShape(this.whole, cursor, start)) return false;
		if (++this.missed > TRIAL) this.unfold();
		return true;
	}
	tryOut(cursor, start) {
		if (!fillShape(this.whole, cursor, start)) return false;
		if (this.filled < TRIAL && ++this.filled === TRIAL) this.fold();
		return true;
	}
	fold() {
		const { slots } = this.whole;
		this.constants = slots.filter(({ constant, kind }) => constant !== null && kind !== Leaf.skip).map(({ target, index }) => ({
			target,
			index,
			value: target[index]
		}));
		this.folded = foldedShape(this.whole);
	}
	restore() {
		for (const { target, index, value } of this.constants) target[index] = value;
		this.isDirty = false;
	}
	/** After too many misses the trial starts anew with what is still the same. */
	unfold() {
		this.folded = null;
		this.missed = 0;
		this.filled = 0;
	}
};
function wholeShape(bytes, line) {
	const slots = [];
	const gaps = [];
	let at = line.start;
	for (const { kind, target, index, start, end } of line.trace.leaves) {
		for (; at < start; at++) gaps.push(bytes[at]);
		at = end;
		const value = target[index];
		slots.push({
			gapEnd: gaps.length,
			kind,
			target,
			index,
			text: value instanceof Text ? value : new Text(bytes, 0, 0, false),
			raw: value instanceof Raw ? value : new Raw(bytes, 0, 0),
			word: "",
			constant: constantOf(kind, bytes, start, end)
		});
	}
	for (; at < line.end; at++) gaps.push(bytes[at]);
	return shapeOf(slots, gaps);
}
/** The bytes of a value that may be a part of the shape; zero bytes may not: see fillShape. */
function constantOf(kind, bytes, start, end) {
	if (kind === Leaf.text || kind === Leaf.raw || end - start > MAX_CONSTANT) return null;
	const value = Uint8Array.prototype.slice.call(bytes, start, end);
	return value.every((byte) => byte >= 32) ? value : null;
}
/** A shape with the constant values among the gaps. */
function foldedShape({ slots, gaps }) {
	const varying = [];
	const folded = [];
	let at = 0;
	for (const slot of slots) {
		for (; at < slot.gapEnd; at++) folded.push(gaps[at]);
		if (slot.constant === null) varying.push({
			...slot,
			gapEnd: folded.length
		});
		else folded.push(...slot.constant);
	}
	for (; at < gaps.length; at++) folded.push(gaps[at]);
	return shapeOf(varying, folded);
}
function shapeOf(slots, gaps) {
	const bytes = Uint8Array.from(gaps);
	return {
		slots,
		gaps: bytes,
		gapView: new DataView(bytes.buffer)
	};
}
/**
* Reads the values of the line at `start` into their slots; false if a gap differs. Gaps are compared
* eight bytes at a time, as floats: no gap holds the zero bytes that make two floats equal without
* being the same, and one that is not a number equals none.
*/
function fillShape({ gaps, gapView, slots }, cursor, start) {
	const { bytes, view, end } = cursor;
	let at = start;
	let gap = 0;
	for (let i = 0; i < slots.length; i++) {
		const slot = slots[i];
		const { gapEnd } = slot;
		if (at + gapEnd - gap >= end) return false;
		for (; gap + 8 <= gapEnd; gap += 8, at += 8) if (view.getFloat64(at, true) !== gapView.getFloat64(gap, true)) return false;
		if (gap + 4 <= gapEnd) {
			if (view.getInt32(at, true) !== gapView.getInt32(gap, true)) return false;
			gap += 4;
			at += 4;
		}
		while (gap < gapEnd) if (bytes[at++] !== gaps[gap++]) return false;
		cursor.at = at;
		if (!fillSlot(cursor, slot, bytes[at])) return false;
		if (slot.constant !== null) compareConstant(cursor, slot, at);
		at = cursor.at;
	}
	if (end - at !== gaps.length - gap) return false;
	while (at < end) if (bytes[at++] !== gaps[gap++]) return false;
	return true;
}
/** Notes when a value that was the same in all lines is not any more. */
function compareConstant({ bytes, at }, slot, start) {
	const { constant } = slot;
	if (constant === null) return;
	if (at - start === constant.length && constant.every((byte, i) => byte === bytes[start + i])) return;
	slot.constant = null;
}
function fillSlot(cursor, slot, first) {
	const { kind, target, index } = slot;
	if (kind === Leaf.skip) cursor.skip();
	else if (kind === Leaf.raw) target[index] = cursor.raw(slot.raw);
	else if (first === QUOTE$1) target[index] = kind === Leaf.word ? wordAt(cursor, slot) : cursor.text(slot.text);
	else if (first === OPEN$1 || first === OPEN_LIST$1) return false;
	else target[index] = cursor.literal(first);
	return true;
}
/** The word that starts here: mostly the one that stood here last. */
function wordAt(cursor, slot) {
	const start = cursor.at + 1;
	const { word } = slot;
	const end = start + word.length;
	if (word !== "" && cursor.bytes[end] === QUOTE$1 && cursor.equals(word, start, end)) {
		cursor.at = end + 1;
		return word;
	}
	const read = cursor.word();
	slot.word = cursor.at - start - 1 === read.length ? read : "";
	return read;
}
// src/formats/scan.ts
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const MAX_DEPTH = 60;
/** Members of a request without meaning here; with more of them JSON.parse is quicker. */
const MAX_REST = 100;
const SLOTS = 4096;
const NOWHERE = [null];
const INDEX = /^\d{1,10}$/;
/** One scanner per thread: it remembers the spelling of keys, short words and whole lines' shapes. */
var JsonScanner = class {
	cursor = new Cursor();
	depth = 0;
	keys = new Array(SLOTS).fill(void 0);
	templates = new TemplateCache();
	trace = null;
	/** Points the scanner at new bytes. */
	reset(bytes) {
		this.cursor.reset(bytes);
	}
	/** Reads the object in `[start, end)`; null when in doubt. The tree is valid until the next call. */
	scan(start, end) {
		const { cursor, templates } = this;
		cursor.end = end;
		try {
			const known = templates.match(cursor, start);
			if (known !== null) return known;
			this.trace = templates.wantsTrace() ? { leaves: [] } : null;
			const fields = this.whole(start);
			if (fields !== null && this.trace !== null) templates.learn(cursor.bytes, {
				start,
				end,
				root: fields,
				trace: this.trace
			});
			return fields;
		} catch (error) {
			if (error === DOUBT) return null;
			throw error;
		}
	}
	whole(start) {
		const { cursor } = this;
		cursor.at = start;
		this.depth = 0;
		if (cursor.next() !== OPEN) return null;
		const fields = this.object(false);
		return cursor.peek() === -1 ? fields : null;
	}
	/** Reads the members of an object whose brace was taken. */
	object(inRequest) {
		if (++this.depth > MAX_DEPTH) throw DOUBT;
		const { cursor } = this;
		const fields = new Fields();
		let byte = cursor.next();
		if (byte !== CLOSE) for (;;) {
			if (byte !== QUOTE) throw DOUBT;
			this.member(fields, inRequest);
			byte = cursor.next();
			if (byte === CLOSE) break;
			if (byte !== COMMA) throw DOUBT;
			byte = cursor.next();
		}
		this.depth--;
		return fields;
	}
	member(fields, inRequest) {
		const { cursor } = this;
		const key = this.key();
		if (cursor.next() !== COLON) throw DOUBT;
		cursor.peek();
		const kind = inRequest ? key.inside : key.kind;
		if (key.id < 0 && inRequest) {
			if (INDEX.test(key.raw) || isCrowded(fields.rest, key.raw)) throw DOUBT;
			const pair = [key.raw, new Raw(cursor.bytes, 0, 0)];
			fields.rest ??= [];
			fields.rest.push(pair);
			this.raw(pair[1], pair, 1);
			return;
		}
		if (key.id < 0 || kind === "drop") {
			const start = cursor.at;
			cursor.skip();
			this.leaf(Leaf.skip, NOWHERE, 0, start);
			return;
		}
		if (fields.ids.includes(key.id)) throw DOUBT;
		const at = fields.add(key.id, null);
		if (kind === "raw") fields.values[at] = this.raw(new Raw(cursor.bytes, 0, 0), fields.values, at);
		else this.value(kind, inRequest, fields.values, at);
	}
	raw(into, target, index) {
		const { cursor } = this;
		const start = cursor.at;
		cursor.raw(into);
		this.leaf(Leaf.raw, target, index, start);
		return into;
	}
	/** Notes the leaf that was just read, for a template. */
	leaf(kind, target, index, start) {
		if (this.trace === null) return;
		if (this.trace.leaves.push({
			kind,
			target,
			index,
			start,
			end: this.cursor.at
		}) > 400) this.trace = null;
	}
	/** Reads a value into `target[index]`. */
	value(kind, inRequest, target, index) {
		const { cursor } = this;
		const byte = cursor.peek();
		if (byte === OPEN) {
			cursor.at++;
			target[index] = this.object(inRequest || kind === "request");
		} else if (byte === OPEN_LIST) target[index] = this.list(kind, inRequest || kind === "request");
		else {
			const isWord = kind === "word";
			const start = cursor.at;
			if (byte !== QUOTE) target[index] = cursor.literal(byte);
			else target[index] = isWord ? cursor.word() : cursor.text(new Text(cursor.bytes, 0, 0, false));
			this.leaf(isWord ? Leaf.word : Leaf.text, target, index, start);
		}
	}
	list(kind, inRequest) {
		if (++this.depth > MAX_DEPTH) throw DOUBT;
		const { cursor } = this;
		cursor.at++;
		const items = [];
		if (cursor.peek() === CLOSE_LIST) cursor.at++;
		else for (;;) {
			items.push(null);
			this.value(kind, inRequest, items, items.length - 1);
			const byte = cursor.next();
			if (byte === CLOSE_LIST) break;
			if (byte !== COMMA) throw DOUBT;
		}
		this.depth--;
		return items;
	}
	/** Takes a key; its quote was taken already. */
	key() {
		const { cursor } = this;
		const { bytes, end } = cursor;
		const start = cursor.at;
		let at = start;
		let hash = 0;
		let byte = bytes[at];
		while (byte !== QUOTE) {
			if (byte === BACKSLASH || byte < 32 || at >= end) throw DOUBT;
			hash = Math.imul(hash, 31) + byte | 0;
			byte = bytes[++at];
		}
		if (at >= end) throw DOUBT;
		cursor.at = at + 1;
		const slot = (hash ^ hash >>> 12) & 4095;
		const known = this.keys[slot];
		if (known !== void 0 && cursor.equals(known.raw, start, at)) return known;
		const raw = bytes.toString("utf8", start, at);
		const entry = lookupKey(raw);
		const made = entry === void 0 ? {
			raw,
			id: -1,
			kind: "drop",
			inside: "raw"
		} : {
			raw,
			id: entry.id,
			kind: entry.kind,
			inside: entry.inside
		};
		this.keys[slot] = made;
		return made;
	}
};
/** Whether a key was there before, or too many keys to look were. */
function isCrowded(rest, key) {
	return rest !== null && (rest.length > MAX_REST || rest.some(([raw]) => raw === key));
}
// src/formats/parse.ts
/** Parses the records of one thread; `reset` before each new buffer. */
var RecordParser = class {
	#scanner = new JsonScanner();
	#forced;
	#memory = new Memory();
	#bytes;
	/** With a dialect, every record is read as that one. */
	constructor(forced) {
		this.#forced = forced === null ? null : [forced];
	}
	/** Points the reader at new bytes. */
	reset(bytes) {
		this.#bytes = bytes;
		this.#scanner.reset(bytes);
	}
	/** The calls of the record in `[start, end)` of the bytes, or why it is none. */
	parse(start, end) {
		const record = this.#scanner.scan(start, end) ?? parseRecord(this.#bytes, start, end);
		return record instanceof Fields ? callsOf(record, this.#forced, this.#memory) : record;
	}
};
/** The calls of a record whose tree is made already, or why it is none. */
function callsOf(record, forced = null, memory = new Memory()) {
	try {
		const values = rolesOf(record);
		for (const dialect of forced ?? DIALECTS) {
			const calls = dialect.parse(record, values, memory);
			if (calls !== null) return calls;
		}
		return unwrap(record, forced, memory) ?? unknownShape(record);
	} catch (error) {
		if (error instanceof BadValue) return error.rejected;
		if (error instanceof TooDeep) return {
			reason: "unknown_shape",
			detail: error.message
		};
		throw error;
	}
}
/** Lists of records that exports wrap in one object. */
const LISTS = keysOf("data logs items rows results records events runs usage entries calls requests");
const NO_RECORD = {
	reason: "not_an_object",
	detail: "an item of a list is no object"
};
/** What the records in a wrapper are; null if none of them is a call. */
function unwrap(record, forced, memory) {
	for (const id of LISTS) {
		const list = record.get(id);
		if (!Array.isArray(list) || !(list[0] instanceof Fields)) continue;
		const items = [];
		for (const item of list) {
			const read = item instanceof Fields ? callsOf(item, forced, memory) : NO_RECORD;
			if (Array.isArray(read)) for (const inner of read) items.push(inner);
			else items.push(read);
		}
		if (items.some((item) => !isRejected(item))) return items;
	}
	return null;
}
function unknownShape(record) {
	const keys = record.ids.slice(0, 8).map((id) => KEY_NAMES[id]).join(", ");
	return {
		reason: "unknown_shape",
		detail: `no dialect matches; ${keys === "" ? "no key with a meaning here" : `known keys: ${keys}`}`
	};
}
/** The tree of a record by JSON.parse, the judge of every line the scanner is in doubt about. */
function parseRecord(bytes, start, end) {
	let tree;
	try {
		tree = treeOf(JSON.parse(bytes.toString("utf8", start, end)));
	} catch (error) {
		if (error instanceof SyntaxError) return {
			reason: "invalid_json",
			detail: syntaxDetail(error)
		};
		if (error instanceof TooDeep) return {
			reason: "invalid_json",
			detail: error.message
		};
		throw error;
	}
	return tree instanceof Fields ? tree : {
		reason: "not_an_object",
		detail: "the line is JSON, but no object"
	};
}
/** The place of a syntax error without the text around it. */
function syntaxDetail(error) {
	const position = /at position (\d+)/.exec(error.message)?.[1];
	if (position !== void 0) return `not valid JSON at byte ${position} of the line`;
	return /end of JSON|Unterminated/i.test(error.message) ? "the JSON ends too early" : "not valid JSON";
}
export { RecordParser, isRejected };
