/** Settings that are missing, contradict each other or cannot be right. Found before any request is sent. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}
