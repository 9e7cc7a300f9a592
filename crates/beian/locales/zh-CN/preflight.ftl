# 备案预检：表单之前的结论

preflight-outcome-fileable = 可以备案
preflight-outcome-unknown = 还不能确定
preflight-outcome-not-yet = 现在还不行
preflight-outcome-no = 不能备案
preflight-from = ，{ $date } 起可以提交
preflight-today-if-mended = ，今天处理好就可以提交
preflight-type = 备案类型：{ $type }
preflight-types = 备案类型可能是：{ $type }
preflight-or = {" "}或{" "}
preflight-hurdles = 需要处理（{ $count }）
preflight-open = 还不知道（{ $count }）
preflight-plan = 时间安排（每一步最早和最晚完成的日期）
preflight-papers = 需要的材料（{ $count }）
preflight-papers-maybe = 有的情况下还要（{ $count }）
preflight-later = 这里没有问，之后会检查
preflight-cured = 最早 { $date } 起不再是问题
preflight-estimated = {" "}〔估算：节假日安排尚未公布〕
preflight-who-applicant = 你
preflight-who-provider = 服务商
preflight-who-authority = 管局
preflight-who-nobody = 系统
preflight-unreadable = 有答案看不懂：
