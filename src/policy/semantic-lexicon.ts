/**
 * The words that decide whether two texts ask the same, in English, German and Chinese.
 *
 * Takes nothing, gives word lists. Never a list of everything: what is not here counts as content.
 */

/** Words without a meaning of their own: articles, pronouns, auxiliaries, courtesy. */
export const FUNCTION_WORDS = {
  en: `a an the this that these those some any i you he she it we they me him her us them my your his its our their
    is are was were be been being am do does did done have has had having can could will would shall should may might
    must of in on at to for from by with into onto as and or but so if then than there here just also very really
    please kindly thanks thank hi hello hey dear let need want like get got know tell give help out up off about
    which one ones own same such too more most much many while because who whom whose`,
  de: `der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem jener ich du er sie
    es wir ihr mich dich ihn uns euch mir dir ihm ihnen mein meine meinen meinem meiner dein deine ihre ihren ihrem
    sein seine seinen seinem unser unsere ist sind war waren bin bist wird werden wurde wurden worden hat haben habe
    hatte hatten kann kannst könnte können konnte soll sollen sollte muss müssen darf dürfen möchte will wollen und
    oder aber sondern denn dass ob wenn als wie so auch nur noch schon sehr bitte danke hallo gern gerne mal doch zum
    zur im am vom beim ins ans auf in an zu für von mit bei aus nach über unter um durch gerade sich mehr etwas
    gibt geben sagen sag helfen hilf hilfe brauche brauchen dabei dazu da hier dort`,
} as const;

/** Chinese characters of that kind. */
export const FUNCTION_HAN =
  '正将匹辆艘棵朵的了着过吗呢吧啊呀嘛是在有和与及或而且就也都还很请我你您他她它们这那个一些把被给让对于以为之其所从到向上下里中得地会能可要想什么怎样哪帮告诉下名只位条张件块';

/** Question words: they carry some of the meaning. */
export const QUESTION_WORDS = `what how why when where wer was wie warum wieso weshalb wann wo wohin woher welche welcher welches`;

export const NEGATIONS = `not no never none nothing nobody neither nor without cannot cant dont doesnt didnt isnt arent wont wasnt werent
    nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder`;
export const NEGATION_HAN = '不没无無未别勿沒';
/** Words that hold such a character and deny nothing. */
export const NO_NEGATION_HAN =
  /非常|特别|分别|别人|别的|区别|级别|类别|性别|差别|无线|不仅|不过|不但|不同|是不是|能不能|可不可以|会不会|有没有|要不要/g;

/** Where the order of what they stand beside decides: from A to B. */
export const ROLE_WORDS = `from to than before after by into against under over von nach zu als vor in gegen der den dem`;
export const ROLE_HAN = '从到至比给把被向往将';

/** Number words; not `one`, `ein` and 一, which are articles as well. */
export const NUMBER_WORDS: Readonly<Record<string, string>> = {
  ...numbered('zero - two three four five six seven eight nine ten eleven twelve thirteen'),
  ...numbered('null - zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn'),
  ...{ twenty: '20', thirty: '30', forty: '40', fifty: '50', hundred: '100', thousand: '1000' },
  ...{
    zwanzig: '20',
    dreißig: '30',
    vierzig: '40',
    fünfzig: '50',
    hundert: '100',
    tausend: '1000',
  },
  ...{ million: '1000000', billion: '1000000000', milliarde: '1000000000', dozen: '12' },
  ...{ million_: '1000000', millionen: '1000000', milliarden: '1000000000', beide: '2', both: '2' },
};
export const NUMBER_HAN: Readonly<Record<string, string>> = {
  ...{ 二: '2', 两: '2', 兩: '2', 三: '3', 四: '4', 五: '5', 六: '6', 七: '7', 八: '8', 九: '9' },
};

/** Words that stand for each other; the first of a line stands for all. */
export const SYNONYMS = `
  picture photo image photograph pic | buy purchase | delete remove erase | start begin | big large huge |
  movie film | car automobile vehicle auto | price cost | fix repair solve resolve | problem issue error trouble |
  email mail | phone telephone mobile cell | show display list | make create generate build | explain describe |
  quick fast rapid | child kid | cancel terminate | change modify update alter | find search locate look |
  answer reply respond | talk speak | cut slice chop | bike bicycle | motorcycle motorbike | rock stone | woman lady |
  shut close | dish meal | jump leap | little small tiny | sofa couch | street road | near beside next | job work |
  guy man | kitten cat | puppy dog | say state | kill slay | die dead | child children | man men | woman women |
  write compose | reset restore | order purchase | fee charge | return refund | company firm | method way |
  löschen entfernen lösche entferne | kündigen beenden kündige beende | foto bild | kaufen erwerben | preis kosten |
  fehler problem | beginnen anfangen starten | ändern wechseln ändere wechsle | zeigen anzeigen zeige |
  erstellen anlegen erstelle | mann männer | frau frauen | kind kinder | hund hunde | groß riesig | sofa couch |
  zurücksetzen zurück setze | handy telefon mobiltelefon smartphone | schnell rasch | straße weg | klein winzig |
  erklären beschreiben erkläre beschreibe | reparieren beheben | sprechen reden | antworten erwidern`;

/**
 * Words of which one in place of another makes another question: the sides of a class are apart by `/`,
 * words of one side by a space. A word may be of several classes.
 */
export const OPPOSITES = `
  enable/disable | activate/deactivate | increase/decrease reduce lower | buy/sell | open/close shut | start begin/stop end |
  add/remove delete | cancel/renew | before/after | minimum min/maximum max | up/down upstairs/downstairs | left/right |
  high/low | import/export | upload/download | login/logout | accept/reject decline | allow/block forbid deny |
  with/without | more/less fewer | hot warm/cold cool | old/new young | man guy/woman lady | boy/girl | good/bad |
  best/worst | cheap/expensive | win/lose | push/pull | encrypt/decrypt | install/uninstall | lock/unlock |
  connect/disconnect | subscribe/unsubscribe | show/hide | send/receive | inside/outside | day/night | black/white |
  big large/small little | fast quick/slow | long/short | rise/fall | advantage advantages pros/disadvantage disadvantages cons |
  father/mother | brother/sister | husband/wife | male/female | sit/stand | safe/dangerous | legal/illegal |
  aktivieren/deaktivieren | einschalten/ausschalten | kaufen/verkaufen | öffnen/schließen | starten beginnen/stoppen beenden |
  hinzufügen/entfernen löschen | kündigen/verlängern | vor/nach | minimum/maximum | links/rechts |
  hoch/niedrig tief | importieren/exportieren | hochladen/herunterladen | anmelden/abmelden | annehmen/ablehnen |
  erlauben/verbieten | mit/ohne | mehr/weniger | heiß warm/kalt | alt alte/neu neue jung | mann/frau | junge/mädchen |
  gut/schlecht | beste besten/schlechteste schlechtesten | billig günstig/teuer | gewinnen/verlieren | erhöhen/senken verringern |
  vorteile/nachteile | groß große/klein kleine | schnell/langsam | tag/nacht | schwarz schwarze/weiß weiße | verschlüsseln/entschlüsseln |
  on/off | in/out | am/pm | at/by | help helps/hurt hurts harm harms | lose loses losing/gain gains gaining | above over/below under |
  rich high higher/low lower poor | most maximum/least minimum | plus/minus/times/divided | raise/lower cut | older/younger |
  hourly/daily/weekly/monthly/quarterly/yearly annual annually | hour/day/week/month/quarter/year |
  employer employers/employee employees | trainer trainers/trainee trainees | payer payers/payee payees | buyer/seller |
  sender senders/receiver receivers recipient recipients | lender/borrower | landlord/tenant | teacher/student pupil |
  interviewer/interviewee | lessor/lessee | donor/donee | mentor/mentee | licensor/licensee | franchisor/franchisee |
  deposit deposits/withdraw withdrawal withdrawals | accept/refuse | approve/reject deny | borrow/lend | arrive arrival/depart departure leave |
  encode/decode | compress/decompress | freeze/thaw | inhale/exhale | boil boiling/melt melting/freezing | strengthen/weaken |
  rises rising/falls falling | increase increases/decreases | grow/shrink | expand/collapse | include/exclude | internal/external |
  input/output | inbound incoming/outbound outgoing | public/private | positive/negative | true/false | always/never/sometimes |
  early earlier/late later | top upper/bottom | front/back rear | north northern/south southern/east eastern/west western |
  monday/tuesday/wednesday/thursday/friday/saturday/sunday |
  january januar/february februar/march märz/april/may mai/june juni/july juli/august/september/october oktober/november/december dezember |
  spring frühling frühjahr/summer sommer/autumn fall herbst/winter | today heute/tomorrow morgen/yesterday gestern |
  morning/noon/afternoon/evening/night/midnight | first 1st erste ersten erster/second 2nd zweite zweiten zweiter/third 3rd dritte dritten/
  fourth vierte vierten/fifth fünfte fünften/last letzte letzten letzter | adult adults/child children kid kids | breakfast/lunch/dinner |
  english englisch englische/french französisch französische/german deutsch deutsche/spanish spanisch spanische/
  italian italienisch/portuguese portugiesisch/chinese chinesisch/japanese japanisch/korean koreanisch/russian russisch/
  arabic arabisch/dutch niederländisch/polish polnisch/turkish türkisch/hindi/latin latein/greek griechisch/swedish schwedisch |
  germany deutschland/france frankreich/spain spanien/italy italien/austria österreich/switzerland schweiz/england/
  portugal/poland polen/netherlands holland niederlande/belgium belgien/sweden schweden/norway norwegen/denmark dänemark/
  finland finnland/greece griechenland/turkey türkei/russia russland/ukraine/china/japan/india indien/korea/canada kanada/
  mexico mexiko/brazil brasilien/argentina argentinien/australia australien/egypt ägypten/africa afrika/europe europa/
  asia asien/usa america amerika/hungary ungarn/ireland irland/scotland schottland/vietnam/thailand/indonesia indonesien |
  montag montags/dienstag dienstags/mittwoch mittwochs/donnerstag donnerstags/freitag freitags/samstag samstags sonnabend/sonntag sonntags |
  morgen morgens vormittag früh/mittag mittags/nachmittag nachmittags/abend abends/nacht nachts | ab/bis | gesund/ungesund krank |
  täglich/wöchentlich/monatlich/vierteljährlich/jährlich | stunde/tag/woche/monat/jahr | mindestens/höchstens | plus/minus/mal/geteilt |
  erhöhe erhöht/senke senkt verringere | kaufe kauft/verkaufe verkauft | verlängern verlängere/verkürzen verkürze | steigen steigt/fallen fällt sinken sinkt |
  zunehmen/abnehmen | absage absagen/zusage zusagen | öffne öffnet/schließe schließt | aktiviere/deaktiviere | rauf hinauf hoch/runter hinunter herunter |
  absender/empfänger | mieter/vermieter | käufer/verkäufer | arbeitgeber/arbeitnehmer | lehrer/schüler | ältere älter/jüngere jünger |
  norden nördlich/süden südlich/osten östlich/westen westlich | ankunft/abfahrt abflug | erwachsene erwachsenen/kinder | oben/unten | nie niemals/immer/manchmal`;
/** Separable prefixes of German verbs where a clause ends: each another verb. */
export const FINAL_PARTICLES =
  'ein / aus / auf / zu / an / ab / unter / hoch / runter herunter / rauf herauf / vor / nach / um / weg / hin / her / mit / los / zurück';
/** Prefixes that deny the word without them. */
export const DENYING_PREFIXES = 'un in im il ir dis non de anti mis';
/** Prefixes that turn a word round: one in place of another. */
export const TURNING_PREFIXES =
  'up down over under in out im ex en de inter intra hyper hypo pre post ein aus auf zu an ab unter vor nach hin her hoch herunter runter ent ver um';
/** Who: in another order, who does it to whom. Not the person asked, whom courtesy names. */
export const PERSONS = `i me ich mich mir 我/he him er ihn ihm 他/she her 她/they them 它`;
export const ARTICLES = `the a an my your his her our their this that these those der die das den dem des ein eine einen einem
  einer mein meine meinen dein deine sein seine unser unsere`;
/** What follows is where, when or with what, and may stand anywhere in its sentence. */
export const PREPOSITIONS = `in on at with for from to of by about into onto near during within without after before over under
  mit von zu bei aus nach für über unter um durch auf an im am vom zum zur beim ins ans ohne gegen seit`;
/** Signs that must agree, and the words for them. */
export const SIGNS = `+ plus|- − – minus|* × ·|/ ÷|<|>|=|% percent prozent|$ dollar dollars usd|€ euro euros eur|£ pound pounds gbp|¥ ￥ yen jpy|≤|≥|≠|^`;
export const OPPOSITES_HAN = `
  启用 开启 打开/禁用 关闭 | 增加 提高 上升/减少 降低 下降 | 买 购买/卖 出售 | 开始/停止 结束 | 添加/删除 移除 | 取消/续订 续费 |
  之前/之后 | 最小/最大 | 第一/最后 | 左/右 | 导入/导出 | 上传/下载 | 登录/登出 退出 | 接受/拒绝 | 允许/禁止 | 男/女 | 男孩/女孩 |
  最好/最差 | 便宜/昂贵 贵 | 赢/输 | 加密/解密 | 安装/卸载 | 订阅/退订 | 显示/隐藏 | 发送/接收 | 优点/缺点 | 大/小 | 快/慢 | 长/短 |
  黑/白 | 白天/晚上 | 新/旧 | 多/少 | 高/低 | 热/冷 | 父亲/母亲 | 连接/断开 | 锁定/解锁 | 坐/站 | 安全/危险 | 合法/非法 |
  打开 开灯 开/关上 关掉 关 | 上涨 升 涨/下跌 降 跌 | 进入 进/出去 出 | 上/下 | 增肥 增/减肥 减 | 以前 前/以后 后 | 里/外 | 最多 至多/最少 至少 |
  今天 今日/明天 明日/昨天 昨日/后天/前天 | 今年/明年/去年 | 早上 早晨 上午/中午/下午/晚上 夜里 | 春天 春季/夏天 夏季/秋天 秋季/冬天 冬季 |
  星期一 周一/星期二 周二/星期三 周三/星期四 周四/星期五 周五/星期六 周六/星期日 星期天 周日 | 每天 每日/每周/每月/每年 | 大人 成人 成年人/孩子 |
  英文 英语/法文 法语/德文 德语/中文 汉语/日文 日语/韩文 韩语/俄文 俄语/西班牙文 西班牙语/意大利文 意大利语/葡萄牙文 葡萄牙语/阿拉伯文 阿拉伯语 |
  法国/德国/英国/美国/中国/日本/韩国/俄罗斯/意大利/西班牙/葡萄牙/加拿大/印度/巴西/澳大利亚/奥地利/瑞士/荷兰/墨西哥/越南/泰国 |
  东 东部/西 西部/南 南部/北 北部 | 十/百/千/万/亿 | 第一/第二/第三/最后 | 存款 存入/取款 取出 | 健康/不健康 | 雇主/雇员 员工 | 发件人/收件人 | 加/减/乘/除`;
/** Words that hold such a character and are none of these. */
export const NO_OPPOSITES_HAN = `上海 北京 南京 东京 东西 小时 小姐 小心 大学 大家 大概 大约 开始 出生 关于 关系 有关 相关 进行 出现 一下 一些 告诉下 以上
  以下 里面 哪里 这里 那里 公里 英里 千克 外语 多少 多久 多长 多大 加拿大 参加 万一 前往 然后 最后 长沙 新闻 黑色 短信 升级`;

function numbered(words: string): Record<string, string> {
  return Object.fromEntries(
    words.split(' ').map((word, value) => [word === '-' ? `-${value}` : word, String(value)]),
  );
}
