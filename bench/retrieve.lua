-- Reads entries by id, in turn. BENCH_IDS names a file with one cache id a line.

dofile("common.lua")

local requests = {}
local count = 0

function init()
  for id in io.lines(os.getenv("BENCH_IDS")) do
    requests[#requests + 1] = wrk.format("GET", "/bench/retrieve/" .. id)
  end
  count = thread_id * 37 -- threads start at different entries
end

function request()
  count = count + 1
  return requests[count % #requests + 1]
end
