/**
 * Warns in the program of resource options that have no effect on a dynamic resource, or that
 * conflict with an argument.
 */

import * as pulumi from "@pulumi/pulumi";

/** Warns of each such option of a resource that was just declared. */
export function warnOfOptions(
  resource: pulumi.Resource,
  args: object,
  opts: pulumi.CustomResourceOptions,
): void {
  if (opts.customTimeouts !== undefined)
    void pulumi.log.warn(
      "customTimeouts has no effect: Pulumi does not pass it on to a dynamic provider. Set TAILSCOPE_TIMEOUT to limit how long one answer from Tailscale may take.",
      resource,
    );
  const rotating = Object.entries(args).find(
    ([name, value]) => rotatingArguments.includes(name) && value !== undefined,
  );
  if (rotating !== undefined && isProtected(opts))
    void pulumi.log.warn(
      `protect and ${rotating[0]} contradict each other: Pulumi refuses to replace a protected resource, so every run fails once a rotation is due. Leave one of them out.`,
      resource,
    );
}

/** The arguments that replace a credential without a change to the program. */
const rotatingArguments = ["rotateEvery", "renewBefore", "generation"];

/** Whether a resource is protected, by its own option or by that of a resource above it. */
function isProtected({ protect, parent }: pulumi.CustomResourceOptions): boolean {
  // The SDK sets it on every resource, although the type declarations omit it as internal.
  const { __protect } = (parent ?? {}) as { __protect?: boolean };
  return protect ?? __protect ?? false;
}

/**
 * Whether a resource of the type uses a provider that the program created. Such a provider gets no
 * stack config.
 * @param type the type token
 */
export function hasExplicitProvider(
  type: string,
  { provider, parent }: pulumi.CustomResourceOptions,
): boolean {
  return (provider ?? parent?.getProvider(type)) !== undefined;
}
