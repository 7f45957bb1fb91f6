#!/usr/bin/env node
import { main } from '../dist/parity/runner/main.js';

process.exitCode = await main(process.argv.slice(2));
