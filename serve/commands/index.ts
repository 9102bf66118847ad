/** Every command, and how to find one without making a string. */
import type { Request } from '../request.js';
import { aiCommands } from './ai.js';
import { clientCommands } from './client.js';
import type { Command } from './command.js';
import { connectionCommands } from './connection.js';
import { dagCommands } from './dag.js';
import { dumpCommands } from './dump.js';
import { executeCommands } from './execute.js';
import { expiryCommands } from './expiry.js';
import { hashCommands } from './hashes.js';
import { introspectionCommands } from './introspection.js';
import { keyCommands } from './keys.js';
import { listCommands } from './lists.js';
import { modelCommands } from './model.js';
import { persistenceCommands } from './persistence.js';
import { scriptCommands } from './script.js';
import { serverCommands } from './server.js';
import { setCommands } from './sets.js';
import { sortedSetCommands } from './sorted-sets.js';
import { sortCommands } from './sort.js';
import { stringCommands } from './strings.js';
import { tensorCommands } from './tensor.js';
import { transactionCommands } from './transaction.js';

export type { Command } from './command.js';

/** Functions, because the families and this file know each other: the table is made when it is first needed. */
const FAMILIES = (): readonly (readonly Command[])[] => [
  connectionCommands, clientCommands, serverCommands, introspectionCommands, keyCommands, dumpCommands, sortCommands, expiryCommands, stringCommands, hashCommands, listCommands, setCommands, sortedSetCommands, transactionCommands,
  tensorCommands, modelCommands, executeCommands, dagCommands, scriptCommands, aiCommands, persistenceCommands,
];

const SLOTS = 4096;
let slots: Command[][] | null = null;
let byName: Map<string, Command> | null = null;

/** All commands that are told of, by their lower-case name. */
export function allCommands(): ReadonlyMap<string, Command> {
  byName ??= new Map(FAMILIES().flat().filter(({ unlisted }) => !unlisted).map((command) => [command.name, command]));
  return byName;
}

function table(): Command[][] {
  const made: Command[][] = Array.from({ length: SLOTS }, () => []);
  for (const command of FAMILIES().flat()) {
    const bytes = Buffer.from(command.name);
    made[hash(bytes, 0, bytes.length)].push(command);
  }
  return made;
}

/** Letters hash alike in both cases. */
function hash(bytes: Uint8Array, at: number, end: number): number {
  let value = end - at;
  for (; at < end; at++) value = (Math.imul(value, 31) + (bytes[at] | 32)) | 0;
  return (value ^ (value >>> 12)) & (SLOTS - 1);
}

/** The command that the request's first argument names, or null. */
export function lookUp(request: Request): Command | null {
  slots ??= table();
  const { bytes } = request;
  const from = request.start[0];
  const to = request.end[0];
  for (const command of slots[hash(bytes, from, to)]) if (matches(bytes, from, to, command.name)) return command;
  return null;
}

function matches(bytes: Uint8Array, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    let byte = bytes[from + i];
    if (byte >= 65 && byte <= 90) byte += 32;
    if (byte !== name.charCodeAt(i)) return false;
  }
  return true;
}
