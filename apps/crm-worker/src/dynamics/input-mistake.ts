/** The environment's table doesn't take this input; the message is for people and names what it does take. */
export class InputMistake extends Error {
  override readonly name = 'InputMistake';
}
