/** What is known about a client. */
import type { Socket } from 'node:net';
import { hostPort } from '../core/address.js';
import type { Database, Watcher } from './database.js';
import type { Server } from './server.js';
import type { Transaction } from './transaction.js';
import { DEFAULT_USER } from './users.js';

export class Client implements Watcher {
  readonly connectedAtMs = Date.now();
  /** Milliseconds since the epoch, as exact as the server's tick. */
  activeAtMs = this.connectedAtMs;
  database: Database;
  databaseIndex = 0;
  protocol = 2;
  authenticated: boolean;
  user = DEFAULT_USER;
  name = '';
  lastCommand = '';
  transaction: Transaction | null = null;
  /** True while EXEC runs the queue. */
  executing = false;
  dirty = false;
  watched: { readonly database: Database; readonly key: string }[] = [];
  /** Set by QUIT and protocol errors: the connection closes when the replies are out. */
  closing = false;
  /** The connection is closed, or about to be: nobody hears what is answered. */
  gone = false;
  /** CLIENT REPLY: `skip-next` becomes `skip` for one command. */
  replyMode: 'on' | 'off' | 'skip-next' | 'skip' = 'on';

  constructor(readonly server: Server, readonly socket: Socket, readonly id: number) {
    this.database = server.store.databases[0];
    this.authenticated = server.users.open;
  }

  /** As CLIENT LIST shows it. */
  get address(): string {
    const { remoteAddress, remotePort } = this.socket;
    return remoteAddress === undefined ? `${this.server.unixPath ?? ''}:0` : hostPort(remoteAddress, remotePort);
  }

  unwatch(): void {
    for (const { database, key } of this.watched) database.unwatch(key, this);
    this.watched = [];
    this.dirty = false;
  }
}
