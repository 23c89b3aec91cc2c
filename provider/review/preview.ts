/** What `pulumi preview --json` says, as steps. */

import { z } from "zod";
import type { Position, Properties, Read, Step } from "./step";

const state = z.looseObject({
  type: z.string(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
  stackTrace: z.array(z.looseObject({ sourcePosition: z.string().optional() })).nullish(),
});

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: state.nullish(),
  newState: state.nullish(),
});

const preview = z.looseObject({
  steps: z.array(step).nullish(),
  diagnostics: z
    .array(z.looseObject({ severity: z.string().optional(), message: z.string().optional() }))
    .nullish(),
  changeSummary: z.unknown().optional(),
});

/** The steps in the text of a preview, or what is wrong with it. */
export function readPreview(text: string): Read {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return text.trim() === ""
      ? { problem: "it is empty: `pulumi preview --json` printed nothing" }
      : { problem: "it is not the JSON of `pulumi preview --json`" };
  }
  const parsed = preview.safeParse(content);
  if (!parsed.success)
    return { problem: `it is no preview: ${placeOf(parsed.error)} is not as it should be` };
  const { steps, diagnostics, changeSummary } = parsed.data;
  const errors = (diagnostics ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    // What comes after the failure is in no step, so there is nothing to trust in the rest.
    return {
      problem: `the preview failed: ${errors.map(({ message = "" }) => message.trim()).join("; ")}`,
    };
  }
  if (!steps && changeSummary === undefined)
    return { problem: "it is no preview: steps is missing" };
  return {
    steps: (steps ?? []).map(({ op, urn, oldState, newState }): Step => {
      const position = positionOf(newState?.stackTrace ?? oldState?.stackTrace ?? []);
      return {
        op,
        urn,
        type: newState?.type ?? oldState?.type ?? typeIn(urn),
        ...(oldState && { old: asAsked({ ...oldState.inputs, ...oldState.outputs }) }),
        ...(newState && { new: newState.inputs ?? {} }),
        ...(position && { position }),
      };
    }),
  };
}

/** The old arguments as they were asked for: under `asked` are those that the API answered differently. */
function asAsked(kept: Properties): Properties {
  const { asked, ...state } = kept;
  return typeof asked === "object" && asked !== null ? { ...state, ...asked } : state;
}

/** The first line of the stack trace that is in the program itself. */
function positionOf(
  trace: readonly { sourcePosition?: string | undefined }[],
): Position | undefined {
  for (const { sourcePosition = "" } of trace) {
    const [, file, line, column] =
      /^project:\/\/\/([^#]+)#(\d+)(?:,(\d+))?$/.exec(sourcePosition) ?? [];
    if (file === undefined || file.startsWith("../") || file.includes("node_modules/")) continue;
    return { file, line: Number(line), column: Number(column ?? 1) };
  }
  return undefined;
}

/** The type in a URN: its last part before the name, after the types of its parents. */
export function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

export function placeOf(error: z.ZodError): string {
  return error.issues[0]?.path.join(".") || "its top";
}
