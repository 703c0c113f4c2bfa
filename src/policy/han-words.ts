/**
 * Words of Chinese that stand for each other: read by the character, they would share none.
 *
 * Takes a text, gives it with the first word of each group for all. Never a list of everything: what
 * is not here is compared as it stands.
 */

const HAN = `
  怎么 如何 怎样 咋 | 男子 男人 男士 男性 | 女子 女人 女士 女性 妇女 | 孩子 小孩子 小孩 儿童 | 正在 正 | 账户 账号 帐户 帐号 | 密码 口令 |
  删除 移除 删掉 | 购买 买 | 电话 手机号 | 汽车 轿车 小汽车 | 自行车 单车 脚踏车 | 飞机 客机 | 玩耍 嬉戏 玩 | 跑 奔跑 跑步 | 说 说道 表示 |
  呼吁 敦促 | 照片 相片 图片 | 电影 影片 | 费用 价格 价钱 | 修改 更改 变更 改变 | 重置 重设 | 订单 定单 | 发票 收据 | 医生 大夫 | 老师 教师 |
  警察 警方 | 去世 死亡 | 看 观看 | 唱歌 唱 | 跳舞 舞蹈 | 狗 小狗 犬 | 猫 小猫 猫咪 | 婴儿 宝宝 | 几个 一些 | 很多 许多 | 现在 目前 | 开始 启动 |
  帮助 帮忙 | 喜欢 喜爱 | 快速 迅速 | 高兴 开心 快乐 | 美丽 漂亮 | 马铃薯 土豆 | 西红柿 番茄 | 计算机 电脑 | 互联网 网络`;

const groups = HAN.split('|').map((group) => group.trim().split(/\s+/));
const heads = new Map(groups.flatMap((words) => words.map((word) => [word, words[0]!] as const)));
/** The longer before the shorter. */
const WORDS = new RegExp([...heads.keys()].sort((a, b) => b.length - a.length).join('|'), 'gu');
const HAS_HAN = /\p{Script=Han}/u;

/** A text with each of these words in the form that stands for all. */
export function plainHan(text: string): string {
  return HAS_HAN.test(text) ? text.replace(WORDS, (word) => heads.get(word)!) : text;
}
