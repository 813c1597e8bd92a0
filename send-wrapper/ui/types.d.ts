// What the API answers, as the pages take it; for the check of types alone. Amounts of money are decimal numbers as texts, times are
// milliseconds since 1970.
type View = import("./house/html.js").View;
type Column<Row> = import("./house/table.js").Column<Row>;
type Loaded<T> = import("./house/load.js").Loaded<T>;
type Series = import("./house/plot.js").Series;
type Failed = import("./house/api.js").Failure;
type Typed = InputEvent & { target: HTMLInputElement };

interface Top {
  value: string;
  count: number;
}
type TopList = "top_paths" | "top_countries" | "top_referrers" | "status_codes";
/** A window of `GET /analytics/series/{window_type}`. */
interface Totals extends Record<TopList, Top[]> {
  window_start: number;
  sealed: boolean;
  total_requests: number;
  unique_visitors: number;
  bot_requests: number;
  file_uploads: number;
  completed_transfers: number;
  file_downloads: number;
  error_count: number;
  total_bytes: number;
  p50_duration_ms: number;
  p95_duration_ms: number;
  p99_duration_ms: number;
  late_events: number;
  early_events: number;
  unreadable_parts: number;
  top_paths_error: number;
  top_countries_error: number;
  top_referrers_error: number;
}
type Unit = "30min" | "hourly" | "daily" | "monthly";
/** So many windows from `begin` on. */
interface TimeRange {
  unit: Unit;
  begin: number;
  count: number;
}
/** Windows in a row, and as many before them. */
interface Period {
  /** When the windows begin. */
  times: number[];
  /** One for each time; none for what is yet to come, or not kept any more. */
  windows: (Totals | undefined)[];
  /** As many windows before. */
  before: (Totals | undefined)[];
  /** How many of the windows have begun, and how much of the last one of these is over, of 1. */
  begun: number;
  share: number;
}
/** What happened in a range. */
interface Figures extends Period {
  unit: Unit;
  /** What the period before is called. */
  called: string;
  /** Where visitors are counted: in days, where the range is made of whole ones. */
  visited: Period;
  /** The windows there, those that are kept. */
  whole: Totals[];
  wholeUnit: Unit;
  /** The first and the last window that may still change. */
  live: [number, number] | undefined;
}
/** A figure of Analytics: the first of its lines is compared with the period before. */
interface Metric {
  id: string;
  title: string;
  format: (value: number) => string;
  lines: [string, keyof Totals, number][];
}

/** A window of `GET /costs/series/{window_type}`. */
interface CostWindow {
  window_key: string;
  window_start: number;
  window_end: number;
  /** Whether all of its days are over and recorded. */
  complete: boolean;
  days_recorded: number;
  days_expected: number;
  currency: string | null;
  total_cost: string;
  cost_by_service: Record<string, string>;
  cost_per_request: string;
  cost_per_transfer: string;
  cost_per_active_user: string;
  total_requests: number;
  total_transfers: number;
  unique_visitors: number;
  delta_previous_pct: string | null;
}
interface CostsInShort {
  month: {
    currency: string | null;
    total_cost: string;
    projected_month: string;
    days_recorded: number;
    days_over: number;
  };
  limits: { day: string; week: string; month: string };
  alerts: { window_type: string; window_key: string; limit: string; amount: string; currency: string }[];
}
interface DayCosts {
  collected_at: number;
  currency: string;
  total: string;
  by_service: Record<string, { amount: string }>;
  by_usage_type: object;
}

interface Status {
  version: string;
  started_at: number;
  now: number;
  cache: { healthy: boolean; reason: string | null; analytics_events: number; transfer_events: number; token_events: number };
}
interface Recorder {
  instance: string;
  started_at: number;
  beat_at: number;
  queued: number;
  recorded: number;
  dropped: number;
  lost: number;
  left_out: number;
  degraded: boolean;
  reason: string | null;
  ended: boolean;
  silent: boolean;
  /** Silent for so long that it does not come back. */
  forgotten: boolean;
}
interface Stats {
  tokens: number | null;
  active_tokens: number | null;
  token_uses: number | null;
  namespaces: { namespace: string; entries: number; files: number }[];
  missing: string[];
}
interface AuditRecord {
  at: number;
  key: string | null;
  operation: string;
  target: string | null;
  outcome: string;
  request_id: string | null;
}
interface RetentionLevel {
  level: string;
  before: number;
  deleted: number;
  events: number;
  range: [string, string] | null;
  sealed_first: number;
  held_by: string | null;
  skipped: number;
}
/** How many days each level is kept; null for ever. */
type Policy = Record<string, number | null>;
interface Run {
  started_at: number;
  finished_at: number;
  dry_run: boolean;
  policy: Policy;
  levels: RetentionLevel[];
  failed: string | null;
}

/** A folder or a file of the cache, by its path. */
interface Stored {
  path: string;
  cache_id?: string | null;
}
