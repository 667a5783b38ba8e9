"""The mitochondrial half of the sample: real variants and the levels at which three invented people have them."""

from __future__ import annotations

# Position in NC_012920.1 (1-based), dbSNP id, REF, ALT, then the level in father, mother and proband: the share of
# reads with the allele, `2:` before that of a second ALT, `-` for no call. The proband has the mother's line;
# father and mother have haplogroups of their own. The known pathogenic sites would not meet in a real family.
VARIANTS = """
73 . A G 1 1 1
146 . T C 1 0 0
152 . T C .93 1 1
195 . T C 0 1 1
263 rs2853515 A G 1 1 1
302 . A AC .71 .64 .66
310 . T TC 1 1 1
513 . GCA G 0 1 1
709 . G A 1 0 0
750 rs2853518 A G 1 1 1
1438 rs2001030 A G 1 1 1
1555 rs267606617 A G 0 1 1
2706 . A G 1 1 1
3010 . G A 0 1 1
3243 rs199474657 A G 0 .06 .38
3460 rs199476118 G A 0.220 0 0
4216 . T C 1 0 0
4769 rs3021086 A G 1 1 1
4917 . A G 1 0 0
7028 . C T 1 1 1
7445 . A G 0 .12 .21
8270 . CACCCCCTCT C 0 1 1
8344 rs118192098 A G 0 .45 .61
8860 rs2001031 A G 1 1 1
8993 rs199476133 T G,C 1:.55 2:.31 2:.68
9055 . G A 0 - 0
10398 rs2853826 A G 1 1 1
11467 . A G 0 1 1
11719 . G A 1 1 1
11778 rs199476112 G A 1 0 0
12308 rs2853498 A G 0 1 1
12372 . G A 0 1 1
13513 rs267606897 G A 0.170 0 0
13708 . G A 1 0 0
14484 rs199476104 T C 0 1 1
14709 . T C .09 - .04
14766 . C T 1 1 1
15326 rs2853508 A G 1 1 1
15452 . C A 1 0 0
16126 . T C 1 0 0
16189 . T C 0 1 1
16294 . C T 1 0 0
16311 . T C 0 1 1
16519 rs3937033 T C 1 1 1
"""
