-- Shared by every load: numbers the threads, and ends wrk's output with one line of JSON
-- (latencies in milliseconds), which load.py reads instead of the text made for people.

local threads = 0

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}',
    summary.requests,
    summary.duration / 1e6,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    errors.status, -- wrk counts statuses from 400
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
