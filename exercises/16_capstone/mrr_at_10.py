"""Mean reciprocal rank at 10 (MRR@10) of a search, with ties and with int8 scores (平均倒数排名).

Questions: H08, K16, K09 | Difficulty: 2/5 | Minutes: 10 | Points: 20

``scores[q, d]`` is the score of document d for query q, as a quantized encoder gives it; ``relevant[q, d]`` says
whether the document answers the query. For each query

1. The documents are ranked (排名) by falling score; of equal scores the lower index comes first (并列取小下标). Ranks
   count from 1.
2. The reciprocal rank is 1 / r with r the rank of the best-ranked relevant document (排名最靠前的相关文档), 0 where
   r is above 10, or where no document is relevant.

MRR@10 is the mean over all queries, those without a relevant document included (没有相关文档的查询记 0).

Task (任务): return MRR@10, a float. Tolerance (容差): 1e-9 absolute.

scores : (queries, documents), any integer or float dtype, documents may be fewer than 10; do not change it. Negating
int8 or uint8 overflows (-(-128) is -128 in int8): beware (取负会溢出). Negative infinity is allowed.
relevant : bool (queries, documents).
Raise ``ValueError`` where ``scores`` is not 2-D, has no query or no document, or holds a NaN, or where the shapes
differ.
"""

import numpy as np


def mrr_at_10(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Return the mean reciprocal rank of the first relevant document among the first 10."""
    raise NotImplementedError
