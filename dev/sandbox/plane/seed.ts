/** The people of the sandbox and their keys. */
import type { ApiKey, Role, User } from "./model.ts";
import type { World } from "./world.ts";

export interface SandboxUsers {
  /** Administrator of the workspace. */
  readonly alice: User;
  /** Member; sees stamps in Europe/Berlin. */
  readonly bob: User;
  /** Guest: reads and comments, cannot be assigned. */
  readonly gus: User;
  /** The integration's own user: a member, a bot. */
  readonly bot: User;
  /** Not in the workspace. */
  readonly otto: User;
}

export interface SandboxKeys {
  /** alice, 60 requests a minute. */
  readonly alice: string;
  /** alice, a service key: 300 requests a minute. */
  readonly service: string;
  readonly bob: string;
  /** A second key of bob, with a request limit of its own. */
  readonly burst: string;
  readonly gus: string;
  readonly bot: string;
  readonly outsider: string;
  /** Belongs to alice, no longer valid. */
  readonly expired: string;
}

/** `firstName` doubles as the display name in small letters; addresses end in example.test, which no mail reaches. */
export function seedPeople(
  world: World,
  requestsPerMinute: number,
): { users: SandboxUsers; apiKeys: SandboxKeys } {
  const person = (
    first_name: string,
    last_name: string,
    name: string,
    timezone: string,
    role?: Role,
    is_bot = false,
  ) => {
    const email = `${name}@example.test`;
    const user: User = {
      id: world.newId(),
      first_name,
      last_name,
      email,
      display_name: name,
      is_bot,
      timezone,
    };
    world.users.set(user.id, user);
    if (role !== undefined) world.members.push({ id: world.newId(), userId: user.id, role });
    return user;
  };
  const users: SandboxUsers = {
    alice: person("Alice", "Prüfer", "alice", "UTC", 20),
    bob: person("Bob", "Ångström", "bob", "Europe/Berlin", 15),
    gus: person("Gus", "Guest", "gus", "UTC", 5),
    bot: person("Sync", "Bot", "sync-bot", "UTC", 15, true),
    otto: person("Otto", "Outsider", "otto", "UTC"),
  };
  const key = (user: User, options: Partial<ApiKey> = {}): string => {
    const token = `plane_api_${world.hex(32)}`;
    world.keys.set(token, { token, userId: user.id, limit: requestsPerMinute, expired: false, ...options });
    return token;
  };
  const apiKeys: SandboxKeys = {
    alice: key(users.alice),
    service: key(users.alice, { limit: requestsPerMinute * 5 }),
    bob: key(users.bob),
    burst: key(users.bob),
    gus: key(users.gus),
    bot: key(users.bot),
    outsider: key(users.otto),
    expired: key(users.alice, { expired: true }),
  };
  return { users, apiKeys };
}
