"""The best recipe for each device (端侧部署：每种设备选哪个压缩方案).

Questions: B09, G11, B13 | Difficulty: 2/5 | Minutes: 15 | Points: 20

A recipe (压缩方案) is a dict with "name", "bytes" (of the weights), "operations" (of one request) and "correct"
(right answers of the 10,000 test examples). A device is a dict with "memory" (bytes), "bandwidth" (bytes a second),
"peak" (operations a second) and "deadline" (seconds for a request).

1. A recipe fits a device (满足约束) where its bytes are at most the memory and its latency at most the deadline, with

       latency = max(bytes / bandwidth, operations / peak)              every weight is read once for a request

2. Of the recipes that fit, let best be the largest "correct" (只在可行方案中取最大). All that fit with
   correct >= best - slack are as good as the best one: the difference is within the noise of the test set (测试噪声).
3. Of these as good ones the one with the fewest bytes is chosen; of equal bytes the lower latency on this device; of
   equal latency the more "correct"; and then the one that stands first in the list (并列依次比较).

Task (任务): return a dict from the name of each device to the name of its recipe, or None where none fits.

recipes : list of dicts.  devices : dict from name to dict.  Do not change them.  The grader's quotients are exact or
far apart, so compare floats as they are. ``slack`` is a whole number, ``ValueError`` where it is negative.
"""


def edge_budget_recipe(
    recipes: list[dict[str, object]], devices: dict[str, dict[str, float]], *, slack: int = 0
) -> dict[str, str | None]:
    """Return the name of the recipe for each device, None where none fits."""
    raise NotImplementedError
