/** Every limit of the embedded server, in one place. Where Redis has the same limit, the value is Redis's. */

/** Arguments of one request. */
export const ARGUMENTS_MAX = 1024 * 1024;
/** One argument. */
export const BULK_BYTES_MAX = 512 * 1024 * 1024;
/** A line: an inline command, or the length line of an argument. */
export const LINE_BYTES_MAX = 64 * 1024;
/** One request with all its arguments. */
export const REQUEST_BYTES_MAX = 1024 * 1024 * 1024;
/** Before a client has given the password it gets this many arguments of this size and no more. */
export const UNAUTHENTICATED_ARGUMENTS_MAX = 10;
export const UNAUTHENTICATED_BULK_BYTES_MAX = 16 * 1024;
/** Bytes that a client may send ahead while its own inference is running; reading stops beyond them. */
export const READ_AHEAD_BYTES_MAX = 4 * 1024 * 1024;
/** Replies that a client has not read; its connection is closed beyond them. */
export const OUTPUT_BYTES_MAX = 1024 * 1024 * 1024;
/** Replies that wait in our buffers before the server stops reading more requests of that client: a long pipeline fits in, an endless one does not. */
export const OUTPUT_BYTES_PAUSE = 64 * 1024 * 1024;
/** A client that has more than that waiting and takes nothing for so long is disconnected. */
export const OUTPUT_STALLED_SECONDS = 60;
/** Replies that a client is late to take are gathered in chunks of up to this size. */
export const LATE_CHUNK_BYTES = 64 * 1024;
/** What the buffers of all clients hold together: beyond it whoever holds the most is disconnected. */
export const CLIENTS_BYTES_MAX = 2 * 1024 * 1024 * 1024;
/** Replies that are handed to the socket before the rest of what was read is carried out. */
export const OUTPUT_BYTES_FLUSH = 1024 * 1024;
export const CONNECTIONS_MAX = 10_000;
export const DATABASES = 16;
/** What `maxmemory` counts for the server itself; an empty redis-server uses about as much. */
export const SERVER_BYTES = 1024 * 1024;
/** A connection that has not finished its TLS handshake after so long is closed. */
export const HANDSHAKE_MS = 10_000;
/** A longer path of a unix socket is cut by the system without a word. */
export const UNIX_PATH_BYTES_MAX = 107;
/** Commands that CLIENT PAUSE may hold back; it holds each client's first one only. */
export const PAUSE_MS_MAX = 24 * 3600 * 1000;
/** WAIT waits no longer than this, save for ever. */
export const WAIT_MS_MAX = 24 * 3600 * 1000;
/** Commands between MULTI and EXEC, and their bytes. */
export const TRANSACTION_COMMANDS_MAX = 100_000;
export const TRANSACTION_BYTES_MAX = 256 * 1024 * 1024;
/** Bytes of one tensor. */
export const TENSOR_BYTES_MAX = 512 * 1024 * 1024;
export const DIMENSIONS_MAX = 1024;
/** Inferences that wait for a device; more are refused. */
export const QUEUED_INFERENCES_MAX = 100_000;
/** Operations of one DAG. */
export const DAG_OPERATIONS_MAX = 10_000;
/** A running model is given up after this long (RedisAI's MODEL_EXECUTION_TIMEOUT). */
export const MODEL_EXECUTION_TIMEOUT_MS = 5000;
/** Runs of a device that were given up and still go on: ONNX Runtime cannot be stopped. Further ones are refused beyond that. */
export const GIVEN_UP_RUNS_MAX = 4;
/** Models that still run when the server ends may go on for so long before the snapshot is written without them. */
export const RUNNING_PATIENCE_MS = 2000;
/** A model whose runs take longer than this runs on a worker thread instead of the socket loop. */
export const INLINE_RUN_US_MAX = 200;
/** Shared read buffer: one read brings in at most this much. */
export const READ_BUFFER_BYTES = 256 * 1024;
/** Shared reply buffer: replies of one turn are gathered here. */
export const REPLY_BUFFER_BYTES = 64 * 1024;
/** A value of at least this size is written from where it lies instead of being copied behind the other replies. */
export const REPLY_BY_REFERENCE_BYTES = 16 * 1024;
/** An argument of at least this size is kept in the memory that it was received in. */
export const KEEP_RECEIVED_BYTES = 16 * 1024;
/** Memory of values that have gone, which is kept for those that come. */
export const SPARE_BYTES_MAX = 32 * 1024 * 1024;
/** Arguments of an unknown command that its error shows. */
export const ERROR_ARGUMENTS_BYTES_MAX = 128;
/** Names that errors repeat. */
export const ERROR_NAME_BYTES_MAX = 64 * 1024;
