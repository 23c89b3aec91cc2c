/** The result of `tailscope doctor` for one thing that a deployment needs. */

export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  readonly remedy?: string;
}
