// The journey in Firefox; a file of its own, so that both browsers walk at the same time.

import { journey } from './journey.mjs';

journey('firefox');
