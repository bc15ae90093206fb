-- Every request is a line "method path header value body", and no line is sent twice in a run:
-- what may be asked for once only is refused the second time, and the run is no measurement.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local file, total = args[1], tonumber(args[2])
  lines = {}
  local place = 0
  for line in io.lines(file) do
    if place % total == number then lines[#lines + 1] = line end
    place = place + 1
  end
  at, asked = 0, false
end

function request()
  -- The first call only shows wrk what requests look like; it is never sent.
  if not asked then
    asked = true
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  end
  at = at % #lines + 1
  local method, path, header, value, body = lines[at]:match("^(%S+) (%S+) (%S+) (%S+) (.+)$")
  return method .. " " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. header .. ": " .. value ..
    "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: " ..
    #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, ' ..
    '"p90_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000))
end
