/** Looks up who the users an Odoo record points at are in Plane. */
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import { readUsers } from "../sides/users.ts";
import { noteUnmatched, type Unmatched, unmatchedName } from "../sides/unmatched.ts";

const USERS = "res.users";

/** The members of the project behind these Odoo users, by what is remembered, else by e-mail. Who has none is reported once. */
export async function membersOf(
  users: readonly number[],
  project: string,
  plane: PlaneAccess,
  { store, odoo }: SyncDependencies,
): Promise<{ people: Map<number, string | null>; unmatched: Unmatched[] }> {
  const people = new Map<number, string | null>();
  if (users.length === 0) return { people, unmatched: [] };
  const members = await plane.directory.allPeople(project);
  const nameOf = (user: number) => unmatchedName(project, `${USERS},${user}`);
  const asked = [...members.map(({ id }) => id), ...users.map(nameOf)];
  const known = (await store.readValues({ state: [], label: [], user: asked })).user;
  for (const user of users) {
    const remembered = members.find(({ id }) => known.get(id)?.odooId === user);
    people.set(user, remembered?.id ?? null);
  }
  const looked = users.filter((user) => people.get(user) !== null).map((id) => ({ id, name: "" }));
  for (const { id, emails } of await readUsers(odoo(), users.filter((user) => people.get(user) === null))) {
    looked.push({ id, name: emails.find((email) => email !== "") ?? "" });
    const member = members.find(({ email }) => email !== null && emails.includes(email.toLowerCase()));
    if (member === undefined) continue;
    people.set(id, member.id);
    await store.rememberValues("user", USERS, [
      { planeValue: member.id, planeName: member.email ?? "", odooId: id },
    ]);
  }
  const unmatched = await noteUnmatched(
    store,
    "user",
    USERS,
    known,
    looked.map(({ id, name }) => ({
      planeValue: nameOf(id),
      name,
      value: `${USERS},${id}`,
      matchedFor: people.get(id) === null ? null : id,
    })),
  );
  return { people, unmatched };
}
