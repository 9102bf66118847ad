/** Who may log in: the default user, whose password is `requirepass`, and users by name. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { InferplayError } from '../core/errors.js';
import { Secret } from '../core/secret.js';

export const DEFAULT_USER = 'default';

export class Users {
  readonly #named: ReadonlyMap<string, Secret>;
  #password: Secret | null;

  /**
   * @param password of the default user; with null it needs none, unless there are users by name: then nobody is let in without one
   * @param named users and their passwords
   * @throws InferplayError USAGE when the default user is among those by name, where its password would never be looked for, and for a password that is
   *   empty: it comes from a variable that nobody has set, and would let everybody in
   */
  constructor(password: Secret | null, named: { readonly [name: string]: Secret } = {}) {
    if (Object.hasOwn(named, DEFAULT_USER)) throw new InferplayError('USAGE', `The password of the user ${DEFAULT_USER} is requirepass; a further user needs another name.`);
    if (password?.reveal() === '') throw new InferplayError('USAGE', 'requirepass is empty; give a password, or leave it out for a server that is open to everybody.');
    for (const [name, secret] of Object.entries(named)) {
      if (secret.reveal() === '') throw new InferplayError('USAGE', `The password of the user ${name} is empty; give one, or leave the user out.`);
    }
    this.#password = password;
    this.#named = new Map(Object.entries(named).map(([name, password]) => [Buffer.from(name).toString('latin1'), password]));
  }

  /** Whether clients are the default user without having said anything. */
  get open(): boolean {
    return this.#password === null && this.#named.size === 0;
  }

  /** Whether the default user has a password. */
  get hasPassword(): boolean {
    return this.#password !== null;
  }

  /** @param password null: the default user needs none any more */
  setPassword(password: Secret | null): void {
    this.#password = password;
  }

  /** In the order of their bytes, one character a byte; the default user is there although it may be unable to log in. */
  names(): string[] {
    return [DEFAULT_USER, ...this.#named.keys()].sort();
  }

  /** Whether this is a user's password. @param name and @param password as they came, one character a byte */
  accepts(name: string, password: string): boolean {
    if (name === DEFAULT_USER && this.open) return true;
    const expected = name === DEFAULT_USER ? this.#password : this.#named.get(name);
    // Hashes are compared, and for unknown users as well, so that the time taken tells nothing.
    const same = timingSafeEqual(digest(Buffer.from(password, 'latin1')), digest(Buffer.from(expected?.reveal() ?? '')));
    return same && expected !== null && expected !== undefined;
  }
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
