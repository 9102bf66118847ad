/** What to change where the client was the limit: only what fits the plan and the machine that measured. */
import type { Plan } from './plan.js';
import type { Platform } from './platform.js';
import { counted } from './quantity.js';

export type Machine = Pick<Platform, 'cores'> & Partial<Pick<Platform, 'hostname'>>;

/** The target that answers by itself: what it measures is the client, by design. */
export function isNullTarget({ target }: Pick<Plan, 'target'>): boolean {
  return /^null:/i.test(target);
}

/** Whether client and server share the cores, as far as the URL tells. */
export function isLocalServer({ target }: Pick<Plan, 'target'>, machine: Partial<Pick<Platform, 'hostname'>>): boolean {
  const host = hostOf(target);
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) || (host !== '' && host === machine.hostname?.toLowerCase());
}

function hostOf(target: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(target)?.[1].replace(/^\[|\]$/g, '').toLowerCase() ?? '';
}

/** Cores beside one for each worker, and one for a server on the same machine. Negative where there are too few already. */
export function freeCores(plan: Pick<Plan, 'target' | 'threads'>, machine: Machine): number {
  return machine.cores - plan.threads - (isLocalServer(plan, machine) ? 1 : 0);
}

/** For a worker whose event loop was too busy. */
export function moreClient(plan: Plan, machine: Machine): string {
  const threads = Math.min(plan.threads + Math.max(0, freeCores(plan, machine)), plan.clients);
  if (threads > plan.threads) return `Use more --threads: this machine has cores for ${threads}.`;
  if (freeCores(plan, machine) > 0) return 'Use more --clients and --threads: each thread needs a connection of its own.';
  const local = isLocalServer(plan, machine);
  return `${machine.cores === 1 ? 'The 1 core is not' : `None of the ${machine.cores} cores is`} free for another thread: give the client ${local ? 'a machine of its own' : 'a machine with more cores'}.`;
}

/** For requests that were sent late although a connection was free. */
export function lessLate(plan: Plan, machine: Machine): string {
  const local = isLocalServer(plan, machine);
  const free = freeCores(plan, machine);
  const remedies = [
    'close other programs',
    plan.threads > 1 && free < 0 ? `use fewer --threads than ${plan.threads} on ${counted(machine.cores, 'core')}` : '',
    // A worker that spins leaves its core to nobody, not to the server either.
    !plan.spin && free >= 0 && machine.cores > 1 ? `spend ${plan.threads === 1 ? 'a core' : `${plan.threads} cores`} with --spin` : '',
    local ? 'give the client a machine of its own' : '',
  ].filter(Boolean);
  if (remedies.length === 1) remedies.push('lower --rate');
  const text = `${remedies.slice(0, -1).join(', ')}, or ${remedies.at(-1)}`;
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
