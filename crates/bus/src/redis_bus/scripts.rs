//! What Redis does in one step. Each script touches the one key that it is given.

/// A script on a key; its arguments follow.
pub(crate) fn on(script: &str, key: &str) -> redis::Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(key);
    command
}

/// Notes that instance ARGV[1] lives, with the note ARGV[2], and forgets those not seen for ARGV[3] ms (0: none). Answers
/// whether it was unknown, the time, every instance with what is noted of it, and the forgotten ones.
pub(crate) const BEAT: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HEXISTS', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
local dead = {}
local patience = tonumber(ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
if patience > 0 then
  for i = 1, #all, 2 do
    local seen = tonumber(string.match(all[i + 1], '^%d+')) or 0
    if now - seen > patience then
      redis.call('HDEL', KEYS[1], all[i])
      dead[#dead + 1] = all[i]
    end
  end
  all = redis.call('HGETALL', KEYS[1])
end
return {1 - known, now, all, dead}
";

/// Adds part ARGV[1] of a log with the lines ARGV[2]; ARGV[3] is 1 when it says all that was said before. The number must
/// be the next one, or for such a part a later one. The log is kept for ARGV[4] seconds. Answers whether it was added.
pub(crate) const STORE: &str = r"
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local top = 0
if #newest > 0 then top = tonumber(string.match(newest[1][1], '^%d+')) end
local part = tonumber(ARGV[1])
local whole = ARGV[3] == '1'
if part <= top or (not whole and part ~= top + 1) then return 0 end
redis.call('XADD', KEYS[1], ARGV[1] .. '-1', 'lines', ARGV[2])
if whole then redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1] .. '-1') end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
";

/// Seals a log ARGV[2] numbers behind its last part. Answers that number and the lines before it.
pub(crate) const SEIZE: &str = r"
local lines = {}
local top = 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  lines[#lines + 1] = entry[2][2]
  top = tonumber(string.match(entry[1], '^%d+'))
end
local seal = top + ARGV[2]
redis.call('XADD', KEYS[1], string.format('%.0f', seal) .. '-1', 'lines', '')
redis.call('EXPIRE', KEYS[1], ARGV[1])
return {seal, lines}
";

/// The lines of a log.
pub(crate) const READ: &str = r"
local lines = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do lines[#lines + 1] = entry[2][2] end
return lines
";
