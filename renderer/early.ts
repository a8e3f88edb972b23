import { askFirst } from './session/first-question.ts';

askFirst();
