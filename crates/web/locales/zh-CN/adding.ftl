# 新增网站、接入备案。

error-type-found = 备案类型现在查明了：已备案的内容已带入订单。请核对一遍再提交。
problem-type-found = 备案类型已查明
problem-detail-type-found = 已备案的内容已带入订单；请重新读取、核对后再提交。
