"""Reference answer: attention transfer between feature maps of different size."""

import numpy as np


def unit(energy: np.ndarray) -> np.ndarray:
    """Return each sample's map divided by its own L2 norm; zeros stay zeros."""
    norm = np.linalg.norm(energy, axis=(1, 2), keepdims=True)
    return energy / np.where(norm > 0, norm, np.inf)


def attention_transfer_map(
    student: np.ndarray, teacher: np.ndarray, *, power: float = 2.0
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return ``(student_energy, teacher_energy, loss)`` of attention transfer."""
    batch, _, height, width = student.shape  # a ValueError by itself where it is not 4-D
    teachers, _, rows, columns = teacher.shape
    if batch != teachers:
        raise ValueError(f"student and teacher must have one batch; got {batch} and {teachers}")
    if not power > 0:
        raise ValueError(f"power must be above 0; got {power}")

    # The mean over channels makes maps of any two widths comparable; the absolute value keeps signs from cancelling.
    # A larger power puts the weight on the most active places.
    student_energy = (np.abs(student.astype(np.float64)) ** power).mean(axis=1)
    fine = (np.abs(teacher.astype(np.float64)) ** power).mean(axis=1)

    # Axis H of the teacher is (H of the student, rows of a block): the block is the inner, faster one. Where the sizes
    # are no whole multiples, the blocks do not use up all positions and the reshape raises the ValueError.
    blocks = fine.reshape(teachers, height, rows // height, width, columns // width)
    teacher_energy = blocks.mean(axis=(2, 4))

    # Only the direction counts: a teacher with larger activations would otherwise ask for larger ones.
    loss = np.mean((unit(student_energy) - unit(teacher_energy)) ** 2)
    return student_energy, teacher_energy, loss
