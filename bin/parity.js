#!/usr/bin/env node
import { main } from '../dist/src/evals/parity/main.js';

process.exitCode = await main(process.argv.slice(2));
