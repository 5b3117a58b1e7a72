/** A public method of a model: how it is called, and its arguments made sense of. */
import type { Values } from "./records.ts";
import type { Session } from "./session.ts";

export interface Method {
  /** Runs on records: takes ids. Otherwise it belongs to the model. */
  onRecords: boolean;
  parameters: readonly string[];
  required: number;
  /** Takes any further named argument. */
  open?: true;
  run(session: Session, model: string, ids: number[], given: Values): unknown;
}

export type Methods = Readonly<Record<string, Method>>;

/** A method on records without arguments. */
export function action(run: (session: Session, model: string, ids: number[]) => unknown): Method {
  return { onRecords: true, parameters: [], required: 0, run };
}

export function page(given: Values): { order?: string; limit?: number; offset?: number } {
  return {
    ...(typeof given.order === "string" && given.order !== "" ? { order: given.order } : {}),
    ...(typeof given.limit === "number" ? { limit: given.limit } : {}),
    ...(typeof given.offset === "number" ? { offset: given.offset } : {}),
  };
}

export function names(given: unknown): string[] | undefined {
  return Array.isArray(given) ? given.map(String) : undefined;
}

export function values(given: unknown): Values {
  return typeof given === "object" && given !== null ? { ...given } : {};
}
