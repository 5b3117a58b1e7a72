/** Whose clock the store goes by. */

/**
 * The database's clock decides, unless one is given: then every statement that would read it uses the given one. It tells the
 * time as ISO 8601.
 */
export interface StoreClock {
  now?: () => string;
}

/** What the clock says now; null: the statement asks the database. */
export function momentOf({ now }: StoreClock): string | null {
  return now === undefined ? null : now();
}
