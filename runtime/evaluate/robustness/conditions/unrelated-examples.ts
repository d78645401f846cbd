import type { EvaluationTask, TaskPiece } from '../../task.ts';
import type { Condition } from '../condition.ts';

/** Whoever does as well with these does not learn from examples. */
export const condition: Condition = {
  name: 'unrelated examples',
  does: "as many examples of another task: of another kind's where the file has one, else of one that shares no picture with it",
  change(task, shots, { chance, tasks }) {
    const enough = tasks.filter((other) => other !== task && other.shots.length >= shots.length);
    const otherKind = enough.filter(({ kind }) => kind !== task.kind);
    const pictures = new Set([...picturesOf(task.shots), ...task.query.images]);
    const apart = ({ shots: others }: EvaluationTask) =>
      picturesOf(others).every((path) => !pictures.has(path));
    const others = (otherKind.some(apart) ? otherKind : enough).filter(apart);
    const other = others.length === 0 ? undefined : others[chance.below(others.length)];
    if (other === undefined) return `no other task has ${shots.length} examples with other pictures`;
    return { shots: other.shots.slice(0, shots.length) };
  },
};

function picturesOf(shots: readonly TaskPiece[]): readonly string[] {
  return shots.flatMap(({ images }) => images);
}
