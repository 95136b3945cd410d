-- One client's load, chosen by SQUIRE_LOAD: send, send_batch, receive_delete (batches of ten),
-- publish or publish_batch (to SQUIRE_TOPIC). The queue is SQUIRE_QUEUE, or else "bench".
-- The headers are those of a signed request by an SDK.

local load = os.getenv("SQUIRE_LOAD")
local queue = "http://127.0.0.1/000000000000/" .. (os.getenv("SQUIRE_QUEUE") or "bench")
local text = string.rep("x", 100)

local headers = {
  ["Content-Type"] = "application/x-amz-json-1.0",
  ["User-Agent"] = "Boto3/1.43.67 md/Botocore#1.43.67 ua/2.1 os/linux#6.1 md/arch#x86_64 "
    .. "lang/python#3.11 md/pyimpl#CPython m/b,Z,D cfg/retry-mode#legacy Botocore/1.43.67",
  ["X-Amz-Date"] = "20261123T044155Z",
  ["x-amzn-query-mode"] = "true",
  ["amz-sdk-invocation-id"] = "66916324-67ca-54bb-a410-3f567a7a0571",
  ["amz-sdk-request"] = "attempt=1",
  ["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/sqs/aws4_request, "
    .. "SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode, Signature="
    .. string.rep("0123456789abcdef", 4),
}

local function action(name, body)
  headers["X-Amz-Target"] = "AmazonSQS." .. name
  return wrk.format("POST", "/", headers, body)
end

local function entries(format, list)
  local all = {}
  for i, value in ipairs(list) do all[i] = string.format(format, i, value) end
  return string.format('{"QueueUrl":"%s","Entries":[%s]}', queue, table.concat(all, ","))
end

local function form(name, parameters)
  headers["X-Amz-Target"] = nil
  headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
  return wrk.format("POST", "/", headers, "Action=" .. name .. "&Version=2010-03-31&TopicArn="
    .. "arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3A" .. (os.getenv("SQUIRE_TOPIC") or "")
    .. parameters)
end

local fixed = {}
function init()
  if load == "publish" then
    fixed.publish = form("Publish", "&Message=" .. text
      .. "&MessageAttributes.entry.1.Name=customer&MessageAttributes.entry.1.Value.DataType=String"
      .. "&MessageAttributes.entry.1.Value.StringValue=7")
    return
  end
  if load == "publish_batch" then
    local entries = {}
    for i = 1, 10 do
      local member = "&PublishBatchRequestEntries.member." .. i
      entries[i] = member .. ".Id=" .. i .. member .. ".Message=" .. text
    end
    fixed.publish_batch = form("PublishBatch", table.concat(entries))
    return
  end
  local ten = {}
  for i = 1, 10 do ten[i] = text end
  fixed.send = action("SendMessage",
    string.format('{"QueueUrl":"%s","MessageBody":"%s"}', queue, text))
  fixed.send_batch = action("SendMessageBatch", entries('{"Id":"%d","MessageBody":"%s"}', ten))
  fixed.receive = action("ReceiveMessage",
    string.format('{"QueueUrl":"%s","MaxNumberOfMessages":10}', queue))
end

local received = {}
function request()
  if load ~= "receive_delete" then return fixed[load] end
  local handles = table.remove(received)
  if handles == nil then return fixed.receive end
  return action("DeleteMessageBatch", entries('{"Id":"%d","ReceiptHandle":"%s"}', handles))
end

if load == "receive_delete" then
  function response(status, _, body)
    local handles = {}
    for handle in body:gmatch('"ReceiptHandle":"([^"]+)"') do handles[#handles + 1] = handle end
    if #handles > 0 then received[#received + 1] = handles end
  end
end

function done(summary)
  local errors = summary.errors
  io.write(string.format("RATE %.0f SECONDS %.3f ERRORS %d\n",
    summary.requests / (summary.duration / 1e6), summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
