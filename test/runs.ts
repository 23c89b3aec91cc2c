/** How often a property is tried. A mutation run, which tries each mutant with all of them, wants fewer. */
export function runs(usual: number): number {
  return Number(process.env["TAILSCOPE_RUNS"] ?? usual);
}
