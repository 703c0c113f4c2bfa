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
    zur im am vom beim ins ans auf in an zu für von mit bei aus nach über unter um durch gerade sich man mehr etwas
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
export const ROLE_WORDS = `from to than before after by into against under over von nach zu als vor in gegen`;
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

/** Words that turn a request round: one side of each pair, then the other. */
export const OPPOSITES = `
  enable/disable | activate/deactivate | increase/decrease reduce lower | buy/sell | open/close shut | start begin/stop end |
  add/remove delete | cancel/renew | before/after | minimum min/maximum max | first/last | up/down | left/right |
  high/low | import/export | upload/download | login/logout | accept/reject decline | allow/block forbid deny |
  with/without | more/less fewer | hot warm/cold cool | old/new young | man guy/woman lady | boy/girl | good/bad |
  best/worst | cheap/expensive | win/lose | push/pull | encrypt/decrypt | install/uninstall | lock/unlock |
  connect/disconnect | subscribe/unsubscribe | show/hide | send/receive | inside/outside | day/night | black/white |
  big large/small little | fast quick/slow | long/short | rise/fall | advantage advantages pros/disadvantage disadvantages cons |
  father/mother | brother/sister | husband/wife | male/female | sit/stand | safe/dangerous | legal/illegal |
  aktivieren/deaktivieren | einschalten/ausschalten | kaufen/verkaufen | öffnen/schließen | starten beginnen/stoppen beenden |
  hinzufügen/entfernen löschen | kündigen/verlängern | vor/nach | minimum/maximum | erste ersten/letzte letzten | links/rechts |
  hoch/niedrig tief | importieren/exportieren | hochladen/herunterladen | anmelden/abmelden | annehmen/ablehnen |
  erlauben/verbieten | mit/ohne | mehr/weniger | heiß warm/kalt | alt alte/neu neue jung | mann/frau | junge/mädchen |
  gut/schlecht | beste besten/schlechteste schlechtesten | billig günstig/teuer | gewinnen/verlieren | erhöhen/senken verringern |
  vorteile/nachteile | groß große/klein kleine | schnell/langsam | tag/nacht | schwarz schwarze/weiß weiße | verschlüsseln/entschlüsseln`;
export const OPPOSITES_HAN = `
  启用 开启 打开/禁用 关闭 | 增加 提高 上升/减少 降低 下降 | 买 购买/卖 出售 | 开始/停止 结束 | 添加/删除 移除 | 取消/续订 续费 |
  之前/之后 | 最小/最大 | 第一/最后 | 左/右 | 导入/导出 | 上传/下载 | 登录/登出 退出 | 接受/拒绝 | 允许/禁止 | 男/女 | 男孩/女孩 |
  最好/最差 | 便宜/昂贵 贵 | 赢/输 | 加密/解密 | 安装/卸载 | 订阅/退订 | 显示/隐藏 | 发送/接收 | 优点/缺点 | 大/小 | 快/慢 | 长/短 |
  黑/白 | 白天/晚上 | 新/旧 | 多/少 | 高/低 | 热/冷 | 父亲/母亲 | 连接/断开 | 锁定/解锁 | 坐/站 | 安全/危险 | 合法/非法`;

function numbered(words: string): Record<string, string> {
  return Object.fromEntries(
    words.split(' ').map((word, value) => [word === '-' ? `-${value}` : word, String(value)]),
  );
}
