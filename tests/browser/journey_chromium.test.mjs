// The journey in Chromium; a file of its own, so that both browsers walk at the same time.

import { journey } from './journey.mjs';

journey('chromium');
