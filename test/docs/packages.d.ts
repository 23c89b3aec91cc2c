/**
 * Stands in for packages that recipes use and this repository does not install: the little of them
 * that is used.
 */

declare module "@pulumi/github" {
  import type { CustomResource, CustomResourceOptions, Input } from "@pulumi/pulumi";
  // https://www.pulumi.com/registry/packages/github/api-docs/actionssecret/
  export class ActionsSecret extends CustomResource {
    constructor(
      name: string,
      args: { repository: Input<string>; secretName: Input<string>; plaintextValue: Input<string> },
      opts?: CustomResourceOptions,
    );
  }
}

declare module "@pulumi/kubernetes" {
  import type { CustomResource, CustomResourceOptions, Input, Output } from "@pulumi/pulumi";

  interface Metadata {
    name: Input<string>;
    namespace?: Input<string>;
  }
  // https://www.pulumi.com/registry/packages/kubernetes/api-docs/core/v1/
  export namespace core.v1 {
    class Namespace extends CustomResource {
      readonly metadata: Output<{ name: string }>;
      constructor(name: string, args: { metadata: Metadata }, opts?: CustomResourceOptions);
    }
    class Secret extends CustomResource {
      constructor(
        name: string,
        args: { metadata: Metadata; stringData: Record<string, Input<string>> },
        opts?: CustomResourceOptions,
      );
    }
  }
}
