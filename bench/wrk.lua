-- Sends the queries of a file in turn, for ever; a number behind each makes a text that was never sent before.
--
--     wrk ... -s wrk.lua URL -- FILE METHOD ACCEPT FORM VARY
--
-- FILE: queries with a zero byte between them; METHOD: GET or POST; FORM, VARY: 1 or 0. Last, one line of figures.
local texts, method, headers, form, vary, path = {}, nil, {}, false, false, nil
local sent, run = 0, os.time()

local function escape(text)
  return (text:gsub("[^%w%-%._~]", function(c) return string.format("%%%02X", c:byte()) end))
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  method, form, vary = args[2], args[4] == "1", args[5] == "1"
  local escaped = method == "GET" or form
  for text in file:read("*a"):gmatch("[^%z]+") do
    texts[#texts + 1] = escaped and "query=" .. escape(text) or text
  end
  file:close()
  headers["Accept"] = args[3]
  if method == "POST" then
    headers["Content-Type"] = form and "application/x-www-form-urlencoded" or "application/sparql-query"
  end
  path = wrk.path
  escaped_end, plain_end = "%0A%23", "\n#"
  ending = escaped and escaped_end or plain_end
end

function request()
  local text = texts[sent % #texts + 1]
  sent = sent + 1
  if vary then text = text .. ending .. run .. "-" .. sent end
  if method == "GET" then return wrk.format("GET", path .. "?" .. text, headers) end
  return wrk.format("POST", path, headers, text)
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("figures %d %d %d %d %d %d %d", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write, e.timeout, latency:percentile(50), latency:percentile(99)))
end
