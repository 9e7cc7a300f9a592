# What the platform itself says about the wire and what came over it.
span-backwards = The last day lies before the first.
    .fix = Give the earlier day first.
bureau-unknown = No authority of this code is known here.
    .fix = Use the two-digit code of its province, such as 33.
no-code-tables = The file holds no code table.
    .fix = Give a download with the group JCDM, or SJTB with JCDM in it.
