/**
 * Settings that are missing, contradict each other or cannot be right. Found before any request is
 * sent.
 */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
