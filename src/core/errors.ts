/**
 * The input is at fault. Everything that reads strangers' bytes throws this and nothing else, so that a
 * shell can always say what is wrong, where, and what to do about it.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /**
   * @param message what is wrong, one sentence, no file name (the shell knows it)
   * @param place where in the file: an entry, a tensor name, a byte offset, a JSON path; '' when the whole file
   * @param remedy what the user can do about it, one sentence
   */
  constructor(
    message: string,
    readonly place: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

/** The caller asked for the work to stop. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('cancelled');
  }
}
