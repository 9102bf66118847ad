/** Sequences of commands, one a line, that are played against redis-server and against ours. A line that begins with `2>` is sent by a second client. */

/** Arguments of a line: split at blanks, "…" as JSON texts. */
export function argumentsOf(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) => (word.startsWith('"') ? (JSON.parse(word) as string) : word));
}

export const SEQUENCES: { readonly [name: string]: string } = {
  'SET and its options': `
    SET k v
    GET k
    SET k v2 NX
    SET n v NX
    SET k v3 XX GET
    SET missing v XX
    SET missing v XX GET
    SET k v EX 100
    TTL k
    SET k v KEEPTTL
    TTL k
    SET k v PX 100000
    TTL k
    SET k v EXAT 33177117420
    TTL k missing
    SET k v PXAT 33177117420000
    SET k v EX 0
    SET k v EX -1
    SET k v PX x
    SET k v EX 1.5
    SET k v EX
    SET k v NX XX
    SET k v EX 1 PX 1
    SET k v KEEPTTL EX 1
    SET k v EX 9223372036854775807
    SET k v EX 99999999999999999999
    SET k v WHAT
    SET k
    SET
    GET
    GET a b
    set k lower ex 10
    gEt k
    SET "" empty
    GET ""
    LPUSH list 1
    SET list v GET
    TYPE list
    GET list
    SET list v
    TYPE list`,
  'SET relatives': `
    SETNX a 1
    SETNX a 2
    SETEX a 10 v
    SETEX a 0 v
    SETEX a -5 v
    SETEX a x v
    PSETEX a 10000 v
    PSETEX a 0 v
    SETEX a 10
    GETSET a w
    TTL a
    GETSET new w
    GETDEL a
    GETDEL a
    GETEX new
    GETEX new EX 100
    TTL new
    GETEX new PERSIST
    TTL new
    GETEX new PX 0
    GETEX new EX x
    GETEX new WHAT
    GETEX new EX
    GETEX missing EX 10
    GETEX new EX 10 PERSIST
    MSET a 1 b 2
    MGET a b c
    MSET a 1 b
    MSET a
    MSETNX a 1 z 2
    MSETNX z 1 y 2
    MSETNX z 1 y
    EXISTS z y a
    RPUSH l x
    MGET a l
    GETSET l x
    GETDEL l
    GETEX l
    STRLEN l
    STRLEN a
    STRLEN missing`,
  'parts of strings': `
    APPEND s Hello
    APPEND s " World"
    GET s
    GETRANGE s 0 4
    GETRANGE s -5 -1
    GETRANGE s 5 2
    GETRANGE s 0 100
    GETRANGE s -100 2
    GETRANGE s -2 -100
    GETRANGE s 100 200
    GETRANGE s x 1
    GETRANGE missing 0 -1
    SUBSTR s 0 2
    SETRANGE s 6 Redis
    GET s
    SETRANGE s 20 end
    GET s
    SETRANGE s -1 x
    SETRANGE s x x
    SETRANGE s 536870912 x
    SETRANGE missing 5 ""
    EXISTS missing
    SETRANGE fresh 3 abc
    GET fresh
    LPUSH l 1
    APPEND l x
    SETRANGE l 0 x
    GETRANGE l 0 1`,
  'INCR and its relatives': `
    INCR n
    INCRBY n 41
    DECR n
    DECRBY n 10
    INCRBY n x
    INCRBY n 1.5
    INCRBY n " 1"
    INCRBY n 01
    SET n 9223372036854775807
    INCR n
    DECRBY n 9223372036854775807
    DECRBY n -9223372036854775808
    INCRBY n -9223372036854775808
    DECR n
    SET n " 5"
    INCR n
    SET n 5.5
    INCR n
    INCRBYFLOAT n 0.1
    INCRBYFLOAT n 5.0e3
    INCRBYFLOAT n -200
    INCRBYFLOAT n x
    INCRBYFLOAT n nan
    INCRBYFLOAT n inf
    INCRBYFLOAT n ""
    SET f 0.1
    INCRBYFLOAT f 0.2
    INCRBYFLOAT f 1e-10
    INCRBYFLOAT f 1e17
    SET f 3.0e3
    INCRBYFLOAT f 0
    SET f -0
    INCRBYFLOAT f 0
    SET f 1e300
    INCRBYFLOAT f 1
    SET f 10.50
    INCRBYFLOAT f 0.1
    SET f 0x10
    INCRBYFLOAT f 1
    SET f " 1"
    INCRBYFLOAT f 1
    SET f text
    INCRBYFLOAT f 1
    INCRBYFLOAT fresh 3.141592653589793238
    LPUSH l 1
    INCR l
    INCRBYFLOAT l 1`,
  'keys': `
    MSET a 1 b 2 c 3
    EXISTS a b nope a
    DEL a nope
    UNLINK b nope
    TOUCH c nope
    TYPE c
    TYPE nope
    RENAME c d
    RENAME nope x
    RENAME d d
    RENAMENX d e
    SET f 1
    RENAMENX e f
    RENAMENX nope f
    COPY e g
    COPY e g
    COPY e g REPLACE
    COPY e e
    COPY nope x
    COPY e g DB 1
    COPY e g DB 99
    COPY e g DB x
    COPY e g WHAT
    DBSIZE
    KEYS nope*
    KEYS e
    RANDOMKEY x
    OBJECT ENCODING e
    OBJECT ENCODING nope
    SET text hello
    OBJECT ENCODING text
    SET text "a text that is longer than the forty-four bytes of an embedded one"
    OBJECT ENCODING text
    OBJECT REFCOUNT text
    DEL
    EXISTS
    FLUSHDB WHAT
    FLUSHDB ASYNC
    DBSIZE
    RANDOMKEY
    SELECT 1
    EXISTS g
    FLUSHALL SYNC
    FLUSHALL a b
    SELECT 16
    SELECT -1
    SELECT x
    SET k v
    SWAPDB 0 1
    GET k
    SWAPDB 0 x
    SWAPDB x 0
    SWAPDB 0 99
    SELECT 0
    GET k
    SCAN 0
    SCAN 0 COUNT 10 MATCH *
    SCAN 0 TYPE string
    SCAN 0 TYPE list
    SCAN x
    SCAN 0 COUNT x
    SCAN 0 COUNT 0
    SCAN 0 MATCH
    SCAN 0 WHAT 1`,
  'expiry': `
    SET k v
    TTL k
    PTTL k
    TTL nope
    PTTL nope
    EXPIRE k 100
    TTL k
    PERSIST k
    PERSIST k
    PERSIST nope
    PEXPIRE k 100000
    TTL k
    EXPIREAT k 33177117420
    EXPIREAT k 1
    EXISTS k
    EXPIRE nope 10
    SET k v
    EXPIRE k x
    EXPIRE k 1.5
    EXPIRE k 9223372036854775807
    EXPIRE k -9223372036854775808
    PEXPIREAT k 1
    GET k
    SET k v
    EXPIRE k 0
    GET k
    SET k v
    EXPIRE k -1
    GET k
    SET k v
    EXPIRE k 100
    APPEND k x
    TTL k
    RENAME k k2
    TTL k2
    COPY k2 k3
    TTL k3
    SET k2 v
    TTL k2`,
  'lists': `
    LPUSH l a b c
    RPUSH l d
    LRANGE l 0 -1
    LRANGE l -2 -1
    LRANGE l 5 9
    LRANGE l x 1
    LLEN l
    LINDEX l 0
    LINDEX l -1
    LINDEX l 9
    LINDEX l x
    LPOP l
    RPOP l
    LPOP l 5
    EXISTS l
    LPOP nope 2
    LPOP l
    LPUSHX l a
    RPUSHX l a
    RPUSH l 1 2 3 4 5
    RPOP l 2
    LPOP l x
    LPOP l -1
    LPOP l 1 2
    LTRIM l 1 1
    LRANGE l 0 -1
    LTRIM l 5 9
    EXISTS l
    LTRIM nope 0 1
    SET s v
    LPUSH s x
    LPOP s
    LLEN s
    LRANGE s 0 1
    LPUSH l
    OBJECT ENCODING s
    RPUSH q 1
    OBJECT ENCODING q`,
  'hashes': `
    HSET h a 1 b 2
    HSET h a 3 c 4
    HSET h a
    HSET h a 1 b
    HMSET h d 5
    HMSET h d
    HSETNX h d 6
    HSETNX h e 6
    HGET h a
    HGET h nope
    HGET nope a
    HMGET h a nope
    HMGET nope a
    HGETALL h
    HGETALL nope
    HKEYS h
    HVALS h
    HLEN h
    HLEN nope
    HEXISTS h a
    HEXISTS h nope
    HSTRLEN h a
    HINCRBY h a 5
    HINCRBY h new 5
    HINCRBY h a x
    HSET h t text
    HINCRBY h t 1
    HDEL h a nope
    HDEL nope a
    HDEL h b c d e new t
    EXISTS h
    SET s v
    HSET s a 1
    HGET s a
    HLEN s
    HGETALL s`,
  'sets': `
    SADD s a
    SADD s a b
    SCARD s
    SISMEMBER s a
    SISMEMBER s z
    SMISMEMBER s a z
    SREM s a z
    SMEMBERS s
    SMEMBERS nope
    SPOP s
    SPOP s
    SPOP s 5
    EXISTS s
    SADD i 1 2 3
    OBJECT ENCODING i
    SADD i x
    OBJECT ENCODING i
    SPOP i 0
    SPOP i -1
    SPOP i x
    SPOP i 10 x
    SCARD i
    SRANDMEMBER nope
    SRANDMEMBER nope 5
    SADD one x
    SRANDMEMBER one
    SRANDMEMBER one 5
    SRANDMEMBER one -3
    SRANDMEMBER one x
    SET str v
    SADD str a
    SPOP str
    SCARD str
    SADD s`,
  'sorted sets': `
    ZADD z 1 a 2 b 3 c
    ZADD z 1 a 5 b
    ZADD z CH 1 a 6 b
    ZADD z NX 9 a 9 d
    ZADD z XX 9 a 9 e
    ZADD z GT 1 a
    ZADD z LT 1 a
    ZADD z INCR 2 a
    ZADD z NX INCR 2 a
    ZADD z XX INCR 2 nope
    ZADD z NX XX 1 a
    ZADD z GT LT 1 a
    ZADD z NX GT 1 a
    ZADD z INCR 1 a 2 b
    ZADD z 1
    ZADD z 1 a 2
    ZADD z x a
    ZADD z nan a
    ZADD z inf i -inf j 0.1 f
    ZRANGE z 0 -1
    ZRANGE z 0 -1 WITHSCORES
    ZRANGE z 0 1 REV
    ZREVRANGE z 0 1 WITHSCORES
    ZRANGE z x 1
    ZRANGE z 0 1 WHAT
    ZRANGE nope 0 -1
    ZSCORE z f
    ZSCORE z nope
    ZSCORE nope x
    ZRANK z a
    ZRANK z nope
    ZREVRANK z a
    ZCARD z
    ZCARD nope
    ZINCRBY z 1.5 a
    ZINCRBY z x a
    ZADD z -inf i
    ZINCRBY z inf i
    ZADD q 0 b 0 a 0 c
    ZPOPMIN q
    ZPOPMAX q
    ZPOPMIN q 5
    ZPOPMIN q
    ZPOPMIN q 1 2
    EXISTS q
    ZREM z a nope
    ZADD one 1 a
    OBJECT ENCODING z
    SET s v
    ZADD s 1 a
    ZPOPMIN s
    ZRANGE s 0 1`,
  'transactions': `
    MULTI
    SET a 1
    INCR a
    GET a
    LPUSH a x
    EXEC
    EXEC
    DISCARD
    MULTI
    MULTI
    WATCH a
    NOPE
    SET a 5
    EXEC
    GET a
    MULTI
    SET a
    EXEC
    MULTI
    SET a 9
    DISCARD
    GET a
    WATCH a
    MULTI
    PING
    2> SET a other
    EXEC
    WATCH a
    UNWATCH
    2> SET a again
    MULTI
    PING
    EXEC
    WATCH a
    2> EXPIRE a 100
    MULTI
    GET a
    EXEC
    WATCH nope
    2> FLUSHALL
    MULTI
    GET a
    EXEC
    WATCH k
    2> SET k v
    2> DEL k
    MULTI
    PING
    EXEC
    EXEC now
    MULTI now`,
  'connections': `
    PING
    PING x
    PING x y
    ECHO x
    ECHO
    CLIENT GETNAME
    CLIENT SETNAME me
    CLIENT GETNAME
    CLIENT SETNAME "a b"
    CLIENT SETNAME ""
    CLIENT GETNAME
    CLIENT REPLY MAYBE
    CLIENT KILL 1.2.3.4:5
    CLIENT KILL ID x
    CLIENT KILL ID 0
    CLIENT KILL ID 99999
    CLIENT KILL TYPE pubsub
    CLIENT KILL TYPE what
    CLIENT KILL USER nobody
    CLIENT KILL SKIPME maybe
    CLIENT KILL ID
    CLIENT LIST TYPE replica
    CLIENT LIST TYPE what
    CLIENT LIST ID x
    CLIENT LIST WHAT
    CLIENT GETREDIR
    CLIENT PAUSE x
    CLIENT PAUSE -1
    CLIENT PAUSE 1 WHAT
    CLIENT UNPAUSE
    CLIENT NO-EVICT on
    CLIENT NO-EVICT what
    CLIENT TRACKING off
    CLIENT TRACKING what
    AUTH x
    AUTH default x
    AUTH nobody x
    AUTH a b c
    HELLO 9
    HELLO x
    HELLO 2 WHAT
    HELLO 2 SETNAME "a b"
    HELLO 2 AUTH nobody x
    SELECT
    RESET
    ACL WHOAMI
    ACL USERS
    NOPE
    NOPE a b
    "NO\\r\\nPE" "a\\r\\nb"`,
  'the server itself': `
    CONFIG GET maxmemory
    CONFIG SET maxmemory 100mb
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0
    CONFIG GET nope
    CONFIG GET maxmemory-policy
    CONFIG SET maxmemory much
    CONFIG SET timeout 100
    CONFIG GET timeout
    CONFIG SET timeout 0
    CONFIG SET timeout x
    CONFIG SET timeout -1
    CONFIG SET nope 1
    CONFIG GET databases
    CONFIG GET appendonly
    CONFIG GET slowlog-max-len
    CONFIG SET slowlog-log-slower-than -1
    CONFIG SET slowlog-log-slower-than 10000
    CONFIG RESETSTAT
    CONFIG REWRITE
    SLOWLOG RESET
    SLOWLOG LEN
    SLOWLOG GET
    SLOWLOG GET x
    LATENCY LATEST
    LATENCY HISTORY command
    LATENCY RESET
    MEMORY USAGE nope
    MEMORY USAGE
    MEMORY PURGE
    SET k v
    MEMORY USAGE k SAMPLES x
    MEMORY USAGE k WHAT
    WAIT 0 100
    WAIT x 100
    WAIT 1 x
    WAIT 1 -1
    INFO nope
    TIME now
    COMMAND GETKEYS SET a b
    COMMAND GETKEYS MSET a 1 b 2
    COMMAND GETKEYS PING
    COMMAND GETKEYS NOPE
    COMMAND GETKEYS GET
    COMMAND INFO nope
    OBJECT ENCODING
    DBSIZE x`,
  'logging in': `
    AUTH x
    CONFIG SET requirepass secret
    GET k
    RESET
    GET k
    GET
    NOPE
    PING
    MULTI
    HELLO 2
    HELLO 2 AUTH default wrong
    HELLO 2 AUTH default
    AUTH wrong
    AUTH default wrong
    AUTH a b c
    AUTH secret
    GET k
    RESET
    HELLO 2 AUTH default secret SETNAME me
    CLIENT GETNAME
    ACL WHOAMI
    CONFIG SET requirepass ""
    RESET
    GET k
    QUIT
    GET k`,
  'no memory': `
    SET before v
    CONFIG SET maxmemory 1
    SET k v
    APPEND k v
    GET before
    DEL nope
    LPUSH l x
    HSET h a b
    MULTI
    PING
    EXEC
    MULTI
    SET k v
    EXEC
    EXPIRE before 100
    CONFIG SET maxmemory 0
    SET k v
    MULTI
    SET k w
    2> CONFIG SET maxmemory 1
    EXEC
    2> CONFIG SET maxmemory 0
    GET k`,
};
