// The entry point of a child process, see child.ts.

import { childTasks } from './child-tasks.ts';

const [name = '', plan = '{}'] = process.argv.slice(2);
const task = childTasks[name];
if (task === undefined) throw new Error(`unknown task ${name}; known: ${Object.keys(childTasks).join(', ')}`);
process.stdout.write(`${JSON.stringify(await task(plan))}\n`);
