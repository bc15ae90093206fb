-- Requests that were signed beforehand: a line each, headers and body with \1 for the line ends.
-- No line is sent twice in a run: a signature is good for once.
function init(args)
  lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  at, asked = 0, false
end

function request()
  -- The first call only shows wrk what requests look like; it is never sent.
  if not asked then
    asked = true
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  end
  at = at + 1
  if at > #lines then wrk.thread:stop() return "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" end
  return (lines[at]:gsub("\1", "\r\n"))
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
