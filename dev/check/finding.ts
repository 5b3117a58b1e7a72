/** Something a rule does not allow, at a place somebody can go to. */
export interface Finding {
  /** From the project's root. */
  readonly path: string;
  readonly line: number;
  readonly message: string;
}
