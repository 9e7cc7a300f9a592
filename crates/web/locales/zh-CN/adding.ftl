# 新增网站、接入备案。

error-type-found = 备案类型现在查明了：已备案的内容已带入订单。请核对一遍再提交。
problem-type-found = 备案类型已查明
problem-detail-type-found = 已备案的内容已带入订单；请重新读取、核对后再提交。
on-file-title = 已备案的内容
on-file-text = 这些内容以备案为准，不能随本单修改；需要修改的，请先办理变更备案。
on-file-site-number = 网站备案号
asked-by-authority = 管局审核结果
section-as-filed = 以下内容已在本平台备案，仅供核对；需要修改的，请先办理变更备案。
now-open-already = 初审已通过，网站已可以经本平台访问；管局退回的，访问会关闭。
meanwhile-text-access = 接入备案在初审通过后开通访问，原服务商的备案继续有效；请保持负责人电话畅通，服务器和域名不要到期。
