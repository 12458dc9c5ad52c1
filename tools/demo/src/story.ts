/** Prints the story: what happens, and what was seen. */
export const story = {
  chapter(title: string): void {
    process.stdout.write(`\n${title}\n${'─'.repeat(title.length)}\n`);
  },
  say(text: string): void {
    process.stdout.write(`${text}\n`);
  },
  show(what: string, value: unknown): void {
    process.stdout.write(`    ${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
  },
};
