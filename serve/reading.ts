/** Whether a client's socket is read: it is not while anybody has a reason to hold it. */

/** Why a socket is left alone. */
export const UNREAD_REPLIES = 1;
/** The client has sent enough ahead of its own inference. */
export const READ_AHEAD = 2;
/** The laboratory reads slowly. */
export const SLOWLY = 4;

export interface Readable {
  pause(): unknown;
  resume(): unknown;
}

export class Reading {
  readonly #socket: Readable;
  #reasons = 0;

  constructor(socket: Readable) {
    this.#socket = socket;
  }

  hold(reason: number): void {
    if (this.#reasons === 0) this.#socket.pause();
    this.#reasons |= reason;
  }

  release(reason: number): void {
    if ((this.#reasons & reason) === 0) return;
    this.#reasons &= ~reason;
    if (this.#reasons === 0) this.#socket.resume();
  }
}
