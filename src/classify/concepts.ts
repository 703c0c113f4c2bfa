/**
 * Concepts: what a prompt's words mean, whatever its language. Data, to be edited by hand.
 *
 * A row is [concept, words]: words and phrases of English, German, Chinese, French and Spanish, separated
 * by commas, in any case, without punctuation. A slash cuts a stem from its endings (`list//s/ed` is list,
 * lists, listed). Chinese entries have two or more characters. A concept stands for no label: what each
 * one tells, and where, is learned. So what is learned from one language holds in the others.
 */
export type ConceptRow = readonly [concept: string, words: string];

/**
 * Words that tell how to read others. `polite` words leave a sentence's beginning open (`please`, `can
 * you`); `body` words before a colon say that pasted text follows, `task` words that an instruction does;
 * `option` letters begin the lines of a multiple-choice question; `word_problem` counts only together with
 * numbers and a question.
 */
export const CUES: readonly ConceptRow[] = [
  [
    'polite',
    'please, can, could, would, you, i, need, want, to, kindly, now, then, your, task, is, will, must, should, have, help, me, us, let, just, like, hey, hi, hello, we, are, d, ll, also, be, able, asked, job, given, and, bitte, kannst, können, könntest, könnten, sie, du, mir, uns, ich, möchte, will, brauche, hilf, deine, aufgabe, ist, es, nun, jetzt, dann, und, mal, hier, hallo, soll, sollst, würde, 请你, 请您, 帮我, 请帮, 请帮我, 你能, 能否, 可以, 我想, 我需要, 需要, 麻烦, 现在, 你的任务, 任务是, s il te plaît, s il vous plaît, merci de, peux, peux tu, pouvez vous, pourrais tu, pourriez vous, il faut, je, voudrais, j ai besoin, besoin, aide moi, moi, tu, vous, est, et, maintenant, bonjour, por favor, puedes, podrías, puede, podría, necesito, quiero, quisiera, me, nos, ayúdame, tú, tu tarea, es, y, ahora, hola, 请, 帮忙, 给我, 你来, 能不能',
  ],
  [
    'body',
    'text, passage, context, article, document, input, comment, review, email, mail, ticket, transcript, message, tweet, post, content, sentence, paragraph, story, data, conversation, dialogue, product, title, headline, source, code, schema, note, notes, excerpt, abstract, description, news, background, request, example, examples, hypothesis, premise, plot, text, kontext, artikel, dokument, eingabe, kommentar, bewertung, rezension, anfrage, nachricht, beitrag, inhalt, satz, absatz, abschnitt, gespräch, protokoll, produkt, titel, quelle, beispiel, beispiele, notiz, notizen, rechnung, vertrag, meldung, 文本, 原文, 内容, 评论, 文章, 资料, 材料, 上下文, 输入, 邮件, 段落, 句子, 产品, 对话, 新闻, 标题, 例子, 示例, 背景, 合同, 数据, 客户, 律师, texte, passage, contexte, article, document, entrée, commentaire, avis, message, courriel, contenu, phrase, paragraphe, extrait, exemple, source, données, titre, produit, facture, contrat, texto, pasaje, contexto, artículo, documento, entrada, comentario, reseña, mensaje, correo, contenido, párrafo, extracto, ejemplo, fuente, datos, título, producto, factura, contrato, 用户, 原句, 描述, 记录',
  ],
  [
    'task',
    'question, task, instruction, instructions, problem, query, q, goal, request, frage, aufgabe, anweisung, anweisungen, auftrag, ziel, 问题, 任务, 指令, 要求, 提问, 题目, 请问, question, tâche, consigne, instruction, demande, pregunta, tarea, instrucción, consulta, petición',
  ],
  ['option', 'a, b, c, d, e'],
  [
    'word_problem',
    'how many, how much, how long, how far, how old, what is the total, what percentage, what percent, what fraction, in total, altogether, how often, what is the difference, what time, at what time, wie viel, wie viele, wie lange, wie weit, wie alt, insgesamt, wann treffen, wie groß, wie hoch, wie schnell, 多少, 几个, 几天, 几小时, 多久, 一共, 共有, 还剩, 剩下, 平均, 多长, 几次, 几人, 多远, combien, combien de, au total, en tout, quelle distance, combien de temps, cuántos, cuántas, cuánto, cuánto tiempo, en total, qué distancia',
  ],
];

/** What is asked for: verbs and nouns of tasks. */
export const ASKING: readonly ConceptRow[] = [
  // ---------------------------------------------------------------- verbs and nouns that ask
  [
    'translate',
    'translat/e/es/ed/ing/ion/ions/or/ors, übersetz/e/en/t/ung/ungen/er/erin/st, tradui/s/t/re/sez/te/ts/sant, traduct/ion/ions/eur/rice/or/ora, traduc/e/es/ir/ido/ida/iendo/en/elo/ela/ción/ciones, traduzca/, traduzcas, traduz/co/can, 翻译, 译成, 译为, 译文, 翻成, 译者, 译出, 直译, 意译, 译一下, 口译, 笔译, 互译, render into, put into, version in, auf gut deutsch, ins deutsche bringen, eindeutschen, mettre en français, passer en, vierte, pásalo al, pasar al, 汉化, 外文, 看不懂',
  ],
  [
    'localize',
    'locali/ze/se/zed/sed/zation/sation/zing/sing, lokalisier/e/en/t/ung, localisez, localise, localisation, localiz/a/ar/ación, 本地化, 本土化',
  ],
  [
    'say_in_language',
    'how do you say, how would you say, how to say, wie sagt man, was heißt, was heisst, wie heißt, comment dit on, comment on dit, cómo se dice, como se dice, qué significa, 怎么说, 用英语, 用英文, 用中文, 用德语, 怎么讲, 什么意思',
  ],
  [
    'language',
    'english, german, french, spanish, italian, portuguese, polish, turkish, dutch, japanese, korean, chinese, mandarin, arabic, russian, ukrainian, swedish, danish, norwegian, finnish, czech, hungarian, greek, hindi, vietnamese, thai, indonesian, romanian, hebrew, latin, cantonese, deutsch/e/en/er/es, englisch/e/en/er/es, französisch/e/en/er/es, spanisch/e/en/er/es, italienisch/e/en/er/es, portugiesisch/e/en/er/es, polnisch/e/en/er/es, türkisch/e/en/er/es, niederländisch/e/en/er/es, japanisch/e/en/er/es, koreanisch/e/en/er/es, chinesisch/e/en/er/es, arabisch/e/en/er/es, russisch/e/en/er/es, ukrainisch/e/en/er/es, schwedisch/e/en/er/es, dänisch/e/en/er/es, norwegisch/e/en, tschechisch/e/en, ungarisch/e/en, griechisch/e/en, rumänisch/e/en, anglais/e/es, allemand/e/es, français/e/es, espagnol/e/es/s, italien/ne/s, portugais/e, polonais/e, néerlandais/e, japonais/e, coréen/ne, chinois/e, arabe, russe, inglés, inglesa, alemán, alemana, francés, francesa, español/a/es, italiano, italiana, portugués, polaco, neerlandés, japonés, coreano, chino, árabe, ruso, 英语, 英文, 德语, 德文, 法语, 法文, 西班牙语, 日语, 日文, 韩语, 韩文, 俄语, 意大利语, 葡萄牙语, 阿拉伯语, 中文, 汉语, 泰语, 越南语, 荷兰语, 波兰语, 土耳其语, 繁体, 简体, 粤语, 瑞典语, 印尼语, 白话文, 文言文',
  ],
  [
    'into_language',
    'into english, into german, into french, into spanish, into chinese, into italian, into japanese, into dutch, into portuguese, into polish, into simplified, to english, to german, to french, to spanish, to chinese, to japanese, to italian, to portuguese, to dutch, in english, in german, in french, in spanish, in chinese, in japanese, in italian, in portuguese, in polish, from english, from german, from french, from spanish, from chinese, ins deutsche, ins englische, ins französische, ins spanische, ins italienische, ins polnische, ins chinesische, ins türkische, ins niederländische, ins russische, auf deutsch, auf englisch, auf französisch, auf spanisch, auf italienisch, auf polnisch, auf türkisch, auf chinesisch, auf niederländisch, aus dem englischen, aus dem französischen, vom deutschen, vom englischen, en anglais, en allemand, en français, en espagnol, en italien, en portugais, en chinois, en néerlandais, en polonais, de l anglais, du français, de l allemand, vers l anglais, vers le français, al inglés, al español, al alemán, al francés, al portugués, al italiano, al catalán, al chino, en inglés, en español, en alemán, en francés, en portugués, del inglés, del alemán, del francés, 成英文, 成英语, 成中文, 成德语, 成法语, 成日语, 成日文, 成德文, 成西班牙, 为英文, 为英语, 为中文, 为德语, 为法语, 为日语, 英译中, 中译英, 中译德, 德译中, 中英',
  ],
  [
    'summarize',
    'summari/ze/se/zes/ses/zed/sed/zing/sing/zer/ser/zation/sation/es, summary, sum up, zusammen fassen, zusammenfass/en/ung/ungen/e/t, zusammengefasst, fasse, fass, fassen sie, zusammenzufassen, résum/e/er/ez/é/és/ant/es, synthèse, synthétis/e/er/ez, resum/e/en/ir/a/as/ido/iendo/elo/enes, resúm/elo/enes/eme/enos/e, sintetiza, síntesis, 总结, 摘要, 概括, 概述, 归纳, 综述, 梗概, 小结, 汇总, 提要, 概要, 总结一下, 浓缩, précis, catch me up, what happened, brief me, eindampfen, runterbrechen, bring mich auf stand, fais le point, ponme al día, hazme un resumen, 总结下, 概括一下, 讲讲重点, 提炼要点',
  ],
  [
    'shorten',
    'shorten//ed/ing, condens/e/ed/ing, compress, abridge, boil down, cut down, trim, kürz/e/en/er/t, kürze das, gekürzt, verkürz/e/en, auf den punkt, kurzfassung, kurzversion, raccourci/s/r/ssez, abrég/e/er/ez, condense/z, acort/a/ar/e, condens/a/ar, abrevia, versión corta, 缩短, 精简, 压缩, 缩写, 简短, 删减, 简述, 短一点, shorter, tighten, cut it to, halve, half the length, kürzer, auf die hälfte, plus court, réduis, réduire, más corto, reduce a, 缩到, 压缩到, 缩减, 更短',
  ],
  [
    'recap',
    'tldr, tl dr, recap//s, gist, in a nutshell, in short, in brief, key points, main points, key takeaways, takeaway/s, highlights, main idea, main point, essence, bottom line, overview, digest, minutes, abstract, synopsis, kernaussage/n, kernpunkte, hauptpunkte, das wichtigste, wichtigsten punkte, wesentliche/n, im kern, stichpunkte, überblick, protokoll, fazit, kurz gesagt, in kürze, worum geht es, worum geht, quintessenz, l essentiel, en bref, points clés, points principaux, idées principales, compte rendu, en gros, grandes lignes, puntos clave, puntos principales, en pocas palabras, lo esencial, lo más importante, ideas principales, acta, en breve, idea principal, 要点, 重点, 主旨, 大意, 核心, 纪要, 太长不看, 一句话概括, 主要内容, 中心思想, 关键点, 简而言之, 会议纪要, 核心内容, 讲了什么, 说了什么, stichwortartig, kernaussage, was ist passiert, worum es geht, kurzbericht, zusammengefasst, ce qu il faut retenir, l idée générale, qué ha pasado, de qué va, 讲的什么, 总的来说, 简报, 快报, 提炼, 归纳要点',
  ],
  [
    'title',
    'title//s, headline//s, subject line, heading//s, caption//s, titel, überschrift//en, betreff, betreffzeile, schlagzeile//n, titre//s, objet du mail, titular//es, título//s, encabezado, asunto, 标题, 题目, 主题行, 起个名, 小标题, 拟个, 取个',
  ],
  [
    'rewrite',
    'rewrit/e/es/ing/ten, rewrote, rephras/e/ed/ing, reword//ed/ing, paraphras/e/ed/ing, reformulat/e/ed, restate, umschreib/en/e/t, umformulier/en/e/t, formulier/e/en/t/ung/st, formuliere um, schreib um, schreibe um, schreib das um, umgeschrieben, anders formulieren, anders ausdrücken, neu schreiben, um formulieren, überarbeit/e/en/et/ung, paraphrasier/e/en, reformul/e/er/ez/ation/a/ar/en, réécri/s/re/vez/ture, récri/s/re, paraphras/e/ez/er, reescrib/e/ir/a/elo/an, parafrase/a/ar, reformúl/alo/ame, redacta de nuevo, reescríbelo, 改写, 重写, 润色, 改述, 换种说法, 换一种, 重新表述, 改成, 改为, 换个说法, 重新写, 改得, 改一下, 改改, 措辞, 优化一下, 改口, 重述, 变成, 语气改, 写得更, 改写成, entschärf/e/en, neu formulieren, ausformulier/en/e, umdrehen, in ganzen sätzen, in ganze sätze, anders sagen, tourne autrement, autrement dit, dis le autrement, dilo de otra, dale la vuelta, otra forma de decir, 改成更, 换一下, 扩写, 重新组织, 另一种说法, 说得, 改得更, 文言, 白话',
  ],
  [
    'correct',
    'correct//s/ed/ing/ion/ions, proofread//ing, proof read, fix the grammar, fix grammar, fix typos, fix the typos, fix my, fix spelling, copyedit, copy edit, edit//ed/ing, korrigier/e/en/t/st, korrektur, korrekturlesen, lektorier/e/en, lektorat, berichtig/e/en, verbesser/e/n/t die fehler, corrig/e/er/ez/é/és/eons, correction//s, relis, relire, relisez, corrig/e/ir/elo/iendo, corrij/a/as, corrección, correcciones, revisa la ortografía, 纠正, 校对, 更正, 改错, 修正, 订正, 纠错, 审校, 修改, 病句, 校正, 挑错, mistakes, error free, check my, fehlerfrei, fehler in meinem, check mal, drüberlesen, korrekt, sans fautes, mes fautes, fautes, sin faltas, sin errores, pásale el corrector, 有没有错, 语句不通, 改正',
  ],
  [
    'grammar',
    'grammar, grammatical, spelling, typo/s, punctuation, commas, wording, misspell/ed/ings, grammatik, rechtschreibung, tippfehler, zeichensetzung, kommas, kommafehler, rechtschreibfehler, formulierung//en, wortlaut, grammaire, orthographe, ponctuation, fautes, coquilles, gramática, ortografía, puntuación, faltas, erratas, tildes, redacción, 语法, 错别字, 拼写, 标点, 语病, 错字, 用词, 通顺, 语句',
  ],
  [
    'improve_text',
    'polish this, polish my, polish the, improve the wording, improve this, sound better, sounds better, sound more, make it sound, make this sound, smoother, better flow, tidy up, clean up, reads better, more concise, verbesser/e/n/t, feinschliff, glätt/e/en, klingt besser, besser klingen, klingen, aufpolieren, flüssiger, améliore//r/z, peaufine, plus fluide, mejora//r/lo, pule, pulir, suene mejor, suene más, que suene, 通顺, 流畅, 更自然, 优化, 完善, 修饰, 更地道, 更好听, 打磨, 美化',
  ],
  [
    'tone',
    'formal//ly, informal, polite//ly, friendl/y/ier, professional//ly, casual//ly, diplomatic//ally, tone, style, warmer, softer, less harsh, more formal, gender neutral, plain language, simple words, simpler, easier, plainer, förmlich/e/er, höflich/er/e/en, freundlich/er/e/en, sachlich/er/e, professionell/er/e, locker/er/e, diplomatisch/er, ton, tonfall, stil, leichte sprache, einfache sprache, einfacher sprache, leichter sprache, verständlich/er/e, gendergerecht, siezen, duzen, weniger scharf, formel/le/les, poli/e/ment, amical/e, professionnel/le, ton plus, plus formel, plus poli, langage simple, formal/es, cortés, educado, amable, amigable, profesional, más formal, más amable, tono, lenguaje sencillo, lenguaje claro, lectura fácil, 正式, 礼貌, 友好, 专业, 口语化, 书面语, 委婉, 客气, 语气, 风格, 通俗, 通俗易懂, 简洁, 口吻, 得体, 书面化, 商务, 敬语, less stiff, stiff, blunt, harsh, kinder, nicer, british spelling, american spelling, active voice, passive voice, past tense, third person, netter, weicher, diplomatischer, du form, sie form, aktiv, passiv, vergangenheit, präsens, dritte person, moins sec, plus chaleureux, vouvoiement, tutoiement, voix active, au passé, menos seco, más cercano, de usted, de tú, voz activa, en pasado, 生硬, 缓和, 亲切, 第三人称, 被动句, 主动句, 官方, 严肃, 活泼, 温和',
  ],
  [
    'simplify',
    'simplif/y/ied/ies, dumb down, explain like, vereinfach/e/en/t, simplifi/e/er/ez, simplific/a/ar, 简化, 通俗地, 简单化',
  ],
  [
    'convert',
    'convert//ed/ing/s, transform//ed, reformat//ted, restructure, turn this into, turn these, turn it into, turn the, put this into, put these, change all, replace all, replace, reorder, sort alphabetically, normalize, normalise, capitali/ze/se, wandle, wandel, wandeln, umwandeln, umwandlung, konvertier/e/en, formatier/e/en, mach daraus, mache daraus, bring in, ersetze, ersetzen, ändere, sortier/e/en, convert/is/ir/issez, transforme/z/r, mets en, mets ce, mettre en, remplace/z/r, conviert/e/elo, convierta, convertir, transforma, pasa a, pasa esto, ponlo en, reemplaza, sustituye, cambia, formatea, 转换, 转成, 转为, 转化, 换成, 改成表格, 格式化, 整理成, 排版, 替换, 整理, 排序, 转写, 变为, standardi/ze/se, unify, number them, alphabetical/ly, title case, lower case, upper case, vereinheitliche/n, alphabetisch, großbuchstaben, kleinbuchstaben, umrechnen, in tabellenform, harmonise, uniformise, par ordre alphabétique, majuscules, unifica, normaliza, orden alfabético, mayúsculas, 统一, 大写, 小写, 繁体字, 简体字, 改为表格, 规范化',
  ],
  [
    'extract',
    'extract//s/ed/ing/ion/or, pull out, pick out, pull the, pull all, scrape, parse//s/d, capture, retrieve, gather, collect, extrahier/e/en/t, herausziehen, zieh/e heraus, entnimm, entnehmen, herauslesen, lies heraus, auslesen, lies, such heraus, suche heraus, raussuchen, heraussuchen, zieh, ziehe, filter/e/n, erfasse, erfassen, sammle, extrai/s/re/t/ez, extraction, relève//z, récupère//r, repère//r, extra/e/er/iga/ído/ción/yendo, saca, sácame, sacar, recoge, recopila, 提取, 抽取, 摘出, 找出, 挑出, 列出, 摘录, 抓取, 抽出, 识别出, 提炼, 收集, 解析, 获取, 挖掘, 筛选, 读取, 识别, grab, note down, copy out, quote the, give me the, which ones are, herauskopieren, notiere, gib mir die, ausgeben, gib aus, schreib raus, schreib heraus, zitiere, sors, sortir, note les, cite, dame los, dame las, apunta, copia, anota, 抽出来, 挑出来, 摘下来, 抄出, 记下, 给出文中, 取出, 分离出, 拿出, 原话',
  ],
  [
    'list',
    'list//s/ed/ing, enumerate, name all, list all, liste//n, auflist/en/ung, aufzählen, nenne alle, nenn alle, zähl auf, liste auf, auflisten, liste//r/z, énumère//z, dresse la liste, lista//r/do, listado, enumera//r, enlista, 列出, 列举, 罗列, 列表, 清单, 列一下, 一览, nenne, nenn, nennen, name the, donne la liste, cite les, nombra, 有哪些, 分别是, 哪些人, 逐一',
  ],
  [
    'find',
    'find//s, search//ing, locate, look for, look up, identify, identifies, identifying, highlight, spot, finde//n/t, such/e/en/st, identifizier/e/en/t, markier/e/en, trouve//r/z, cherche//r/z, identifie//r/z, surligne, encuentr/a/e/en, busca//r, identific/a/ar/que, señala, localiza, 查找, 寻找, 找到, 标出, 标注, 查询, 搜索, 指出',
  ],
  [
    'mentioned',
    'mentioned, mentions, appear/s/ing, contained, occurring, named in, stated, erwähnt/e/en, genannt/e/en, vorkommen/den, enthalten/en, aufgeführt, mentionné//e/es/s, cité/e/es/s, mencionad/o/a/os/as, que aparecen, citados, que figuran, 提到, 提及, 出现的, 涉及, 所有的, 包含的, 其中的',
  ],
  [
    'entities',
    'names, people, persons, companies, organizations, organisations, dates, places, locations, amounts, prices, deadlines, due date, phone numbers, phone number, email addresses, email address, e mail addresses, addresses, entities, entity, keywords, key terms, skills, ingredients, quantities, products, invoice number, order number, iban, action items, action item, todos, to dos, namen, personen, firmen, unternehmen, termine, fristen, orte, beträge, summen, preise, telefonnummern, telefonnummer, adressen, adresse, mailadressen, stichwörter, schlüsselwörter, schlagwörter, rechnungsnummer, bestellnummer, kundennummer, aufgaben, zutaten, mengen, entitäten, betrag, datum, noms, personnes, entreprises, dates, lieux, montants, prix, échéances, adresses, numéro de facture, numéros, mots clés, entités, ingrédients, montant, nombres, personas, empresas, fechas, lugares, importes, precios, plazos, teléfonos, direcciones, número de factura, número de pedido, palabras clave, entidades, ingredientes, importe, fecha, correos, 人名, 地名, 公司名, 日期, 金额, 电话, 邮箱, 地址, 关键词, 实体, 时间地点, 发票号, 订单号, 姓名, 单号, 编号, 待办, 截止日期, 联系方式, 手机号, 机构名, 负责人, 数量, 价格, 日期和, 型号, 字段',
  ],
  [
    'fields',
    'field//s, key//s, key value, attribute/s, column/s, schema, record/s, null, missing, if absent, not present, structured, structured data, feld//er/ern, schlüssel, attribut/e, spalte/n, fehlend/e/es, strukturiert, champ//s, clé/s, colonne//s, structuré/es, campo//s, clave//s, columna//s, estructurado/s, ausente, 字段, 键值, 属性, 结构化, 为空, 缺失, 没有则, 留空, 填null, 列名',
  ],
  [
    'fill',
    'fill in, fill out, fill the, complete the form, complete the sentence, fill in the blank, ausfüllen, fülle, füll, ergänze, vervollständig/e/en, rempli/s/r/ssez, complète//z, rellena//r, completa//r, 填写, 填入, 填空, 补全, 补充完整',
  ],
  [
    'classify',
    'classif/y/ies/ied/ying/ication/ier/iers, categori/ze/se/zes/zed/sed/zing/zation, triage, label//s/ed/ing, tag//s/ged/ging, route, routing, assign//s/ed, sort into, bucket, klassifizier/e/en/t/st/ung, kategorisier/e/en/t/ung, einordn/en/ung, ordne, ordnen, zuordnen, zuordnung, einstufen, stufe, einstufung, einsortieren, sortiere ein, labeln, etikettier/e/en, class/e/er/ez/ement, classifi/e/er/ez/cation/eur, catégoris/e/er/ez, étiquette/z, range, attribue, clasific/a/ar/ación/ador/o, clasifiqu/e/es, categoriz/a/ar/ación, etiquet/a/ar/e, asigna, 分类, 归类, 打标签, 贴标签, 标签, 判断, 判定, 分到, 划分, 分级, 分派, 归为, 属于哪, 属于什么, 属于, 分流, 标记, 哪一类, 哪类, 类型, which bucket, what kind of, goes to, zu welcher, welche art, gehört zu, gehört in, rubrizier/e/en, sortier, à quelle, de quel type, relève de, a qué, de qué tipo, pertenece, 属于哪一, 是哪种, 哪个部门, 何种, 分成, 归到, 该归, 分流到',
  ],
  [
    'category',
    'categor/y/ies, class//es, label, intent//s, topic, topics, department, team, queue, type of, kategorie//n, klasse//n, absicht, thema, abteilung, rubrik, catégorie//s, intention, rubrique, service concerné, categoría//s, intención, departamento, clase, 类别, 意图, 分类标签, 部门, 种类, 范畴, 主题',
  ],
  [
    'sentiment',
    'sentiment//s, positive, negative, neutral, mixed, emotion//s, mood, polarity, stimmung, positiv//e, negativ//e, gemischt, gefühl, tonalität, positif//s, négatif//s, neutre, émotion, positivo//s, negativo//s, neutro, neutral, sentimiento//s, emoción, 情感, 情绪, 正面, 负面, 中性, 积极, 消极, 褒义, 贬义, 好评, 差评, 正向, 负向, 中立',
  ],
  [
    'moderation',
    'spam, ham, toxic//ity, hate speech, offensive, abusive, violates, policy violation, moderation, moderate, allowed, flag, safe, unsafe, sarcastic, sarcasm, phishing, beleidigend, hassrede, verstößt, zulässig, moderation, unangemessen, haineux, toxique, indésirable, enfreint, offensant, odio, ofensivo, tóxico, infringe, no deseado, 垃圾, 违规, 辱骂, 攻击性, 审核, 敏感, 骚扰, 不当, 诈骗, 合规, 广告',
  ],
  [
    'yes_no',
    'yes or no, yes no, true or false, true false, 0 or 1, ja oder nein, ja nein, wahr oder falsch, oui ou non, vrai ou faux, sí o no, si o no, verdadero o falso, 是或否, 是否, 对还是错, 真或假, 真假, 是还是不是, 对错, 是不是, 有没有',
  ],
  [
    'whether',
    'whether, decide whether, decide if, determine if, determine whether, check whether, check if, tell me if, tell if, is this, does this, is it, do these, are these, ob, entscheide, prüfe ob, prüfe, bestimme, stelle fest, erkenne, ist das, ist dies, ist diese, ist dieser, handelt es sich, si ce, dis si, indique si, détermine si, détermine/z, décide si, est ce que ce, est ce une, determina//r, decide si, indica si, di si, comprueba si, es esto, es este, 判断是否, 是否为, 是否有, 是否属于, 是否包含, 判断以下, 判断这, 判断下, 检测, 判别, 请判断',
  ],
  [
    'rate',
    'rate//s/d, rating, score//s/d, scale of, from 1 to 5, 1 to 5, 1 5, 1 to 10, stars, priority, urgency, urgent, severity, high medium low, low medium high, grade, bewertung, skala, note//n, punkte, priorität, dringlichkeit, dringend, sterne, hoch mittel niedrig, note sur, échelle, priorité, urgence, étoiles, puntúa, puntuación, escala, prioridad, urgencia, estrellas, del 1 al, 打分, 评分, 优先级, 紧急, 紧急程度, 几星, 星级, 严重程度, 高中低, 等级',
  ],
  [
    'choose_one',
    'one of, exactly one, choose from, choose one, pick one, pick the, select one, which category, which of, which label, single word, single label, eine von, genau eine, genau einer, wähle, wähle eine, wähl, welche kategorie, auswählen, nur das label, nur die kategorie, eines der, parmi, choisis, choisir, choisissez, une seule, quelle catégorie, une de ces, una de, uno de, exactamente una, exactamente uno, elige, escoge, qué categoría, solo la categoría, solo la etiqueta, entre estas, 其中一个, 之一, 选择, 选一个, 只能选, 从以下, 从中选, 哪一个, 只输出标签, 只输出类别, 只回答, 任选, 单选',
  ],
  [
    'compare',
    'compar/e/es/ed/ing/ison/isons, versus, vs, difference/s between, differences, better than, which is better, trade offs, tradeoffs, tradeoff, trade off, vergleich//e/en/t/st, verglichen, gegenüberstell/ung/en, unterschied//e/en, besser als, gegenüber, compar/e/er/ez/aison/atif, différence//s, compar/a/ar/ación/ativa/e, diferencia//s, frente a, mejor que, 比较, 对比, 区别, 差异, 相比, 异同, 优劣, 哪个好, 哪个更, 不同点, 差别, 有何不同',
  ],
  [
    'pros_cons',
    'pros and cons, pros, cons, advantage/s, disadvantage/s, strengths, weaknesses, weak points, swot, benefits, drawbacks, vor und nachteile, vorteil/e/en, nachteil/e/en, stärken, schwächen, schwachstelle/n, für und wider, pro und contra, avantages, inconvénients, points forts, points faibles, forces, faiblesses, ventajas, desventajas, inconvenientes, fortalezas, debilidades, puntos fuertes, puntos débiles, 优缺点, 利弊, 优势, 劣势, 优点, 缺点, 好处, 坏处, 弊端, 长处, 不足',
  ],
  [
    'evaluate',
    'evaluat/e/es/ed/ing/ion, assess//es/ed/ing/ment, judge, critique, critically, criticize, review my, review this, review the, audit, appraise, weigh up, what do you think, your opinion, your take, thoughts on, is it worth, worth it, reasonable, bewert/e/en/et, beurteil/e/en/t/ung, einschätz/en/ung, schätze ein, begutachte//n, gutachten, was hältst du, was halten sie, was meinst du, wie siehst du, lohnt sich, lohnt es sich, lohnt, sinnvoll, deine meinung, kritisch, wäg/e ab, abwägen, abwägung, évalu/e/er/ez/ation, apprécie, que penses tu, que pensez vous, ton avis, votre avis, vaut il mieux, vaut le coup, pertinent, critique, evalú/a/e, evaluar, evaluación, valora//r/ción, qué opinas, qué te parece, tu opinión, vale la pena, merece la pena, conviene, 评估, 评价, 评判, 评审, 点评, 你怎么看, 你觉得, 你认为, 值得, 合理吗, 是否合理, 看法, 意见, 权衡, 论证, 怎么看, 划算, 靠谱, 审视, 利大于弊, 评析, 可行性, plausible, hold up, holds up, weak spot/s, convincing, fair, likelier, what am i missing, what could go wrong, honest feedback, be honest, tragfähig, plausibel, was spricht, was fehlt, was übersehe ich, überzeugend, fair, ehrlich, realistisch, hinterfrage, einordnen, tient la route, convaincant, réaliste, qu est ce qui cloche, sois honnête, convincente, realista, qué falla, qué me falta, sé sincero, 站得住, 说服力, 现实吗, 有什么问题, 漏洞, 毛病, 诚实, 哪里不足, 成立吗, 客观',
  ],
  [
    'analyze',
    'analy/ze/se/zes/ses/zed/sed/zing/sing/sis/st/sts/tical, interpret//ation, examine, investigate, insight/s, implications, in depth, deep dive, diagnose, breakdown, analysier/e/en/t, analyse//n, untersuch/e/en/t/ung, auswert/en/ung, werte aus, werte, interpretier/e/en/t, deute, erkenntnisse, auffälligkeiten, auffällig, folgerungen, ableiten, analys/e/er/ez/ons, interprète/r/z, examine/z, décortique, enseignements, diagnostic, analiz/a/ar/ando/as, analice//s, análisis, interpreta//r, examina//r, diagnostica//r, diagnóstico, qué revelan, 分析, 解读, 剖析, 研判, 诊断, 深入, 洞察, 影响, 意义, 评述, 探讨, 论述, 研究, 启示, 得出, 说明了什么, 反映, patterns, stands out, tells us, what does this tell, why might, was sagt uns, was steckt, muster, deutung, zusammenhang, zusammenhänge, que nous dit, ce que révèle, schémas, qué nos dice, patrones, 规律, 背后, 看出, 说明什么, 深层, 逻辑是否, 机制, 本质, 动因',
  ],
  [
    'advise',
    'advise, advice, recommend//s/ed/ation/ations, suggest//ion/ions, should i, should we, what should, which should, what would you, option, options, best option, decision, strategy, approach, next steps, empfiehl, empfehl/en/ung/ungen, rat, rate mir, rätst, ratschlag, soll ich, sollen wir, sollte ich, sollten wir, sollte man, strategie, vorgehen, entscheidung, option/en, welche option, was würdest du, was tun, handlungsempfehlung/en, berate, berater, conseil//s/le/lez/ler, recommand/e/er/ez/ation/ations, devrais je, devrions nous, dois je, faut il, stratégie, décision, que faire, que ferais, aconseja//r/me, consejo//s, recomiend/a/as/e, recomendación, recomendaciones, debería, deberíamos, debo, estrategia, decisión, qué harías, me conviene, 建议, 推荐, 该不该, 应该, 要不要, 策略, 决策, 方案, 该选, 怎么选, 如何选择, 选哪, 对策, 改进, 是否应该, 该怎么办, 怎么办, 下一步, 意见, which one would, what would be, help me decide, better choice, sollen, lieber, oder lieber, hilf mir entscheiden, was rätst, was ist klüger, aide moi à, mieux vaut, quel choix, ayúdame a decidir, qué es mejor, cuál elegirías, 帮我决定, 哪种更, 更适合, 更合适, 拿不定主意, 纠结, 选择困难, 出出主意',
  ],
  [
    'risk',
    'risk//s/y, assumption/s, impact, consequence/s, scenario/s, feasib/le/ility, cost benefit, roi, return on, kpi, margin/s, churn, conversion rate, revenue, trend//s, quarter, risik/o/en, annahme/n, auswirkung/en, folgen, szenari/o/en, machbarkeit, umsatz, marge, quartal, entwicklung, rendite, risque//s, hypothèse/s, impact, conséquences, scénario, faisabilité, chiffre d affaires, marge, trimestre, tendance//s, riesgo//s, supuesto/s, impacto, consecuencias, escenario, viabilidad, ingresos, margen, trimestre, tendencia//s, 风险, 假设, 后果, 可行, 成本, 收益, 趋势, 营收, 毛利, 季度, 转化率, 投资, 回报, 同比, 环比, 增长率, 流失, 复购, 利润',
  ],
  [
    'root_cause',
    'root cause, why did, why does, why do, why are, why is, what caused, causes, reasons for, explain why, ursache//n, grund, gründe, warum, weshalb, wieso, woran liegt, weswegen, pourquoi, cause//s, raison//s, d où vient, por qué, causa//s, razón, razones, motivo/s, a qué se debe, 为什么, 原因, 根因, 为何, 何以, 缘故, 怎么回事, 成因, 导致, how come, what s behind, woran, wie kommt es, was steckt dahinter, comment se fait, d où, cómo es que, qué hay detrás, 怎么会, 为啥, 是什么原因, 何故',
  ],
  [
    'explain',
    'explain//s/ed/ing, explanation, elaborate, describe//s, illustrate, clarify, walk me through, teach me, erklär//e/en/t/ung, erläuter/e/n/t/ung, beschreib/e/en/t/ung, veranschauliche, expliqu/e/er/ez/ant, explication, décri/s/re/vez, clarifie, éclaire, explic/a/ar/ame/ación, explíca/me/nos, describ/e/ir/a, aclara, detalla, 解释, 说明, 阐述, 讲解, 描述, 介绍, 讲讲, 讲一下, 说说, 科普, 谈谈, 解说, 论述',
  ],
  [
    'detail',
    'in detail, detailed, thorough//ly, comprehensive//ly, in depth, nuanced, carefully, ausführlich//e/er/en, detailliert//e/er, gründlich, umfassend//e, eingehend, en détail, détaillé//e, approfondi//e, de manière détaillée, en detalle, detallad/o/a/amente, a fondo, exhaustiv/o/a, 详细, 全面, 深入, 具体, 系统地, 深度, 细致, 展开',
  ],
  [
    'calculate',
    'calculat/e/es/ed/ing/ion/or, comput/e/es/ed, how much is, work out, evaluate the expression, add up, sum of, berechn/e/en/et/ung, rechn/e/en/et/ung, ausrechnen, rechne aus, wie viel ist, was ergibt, ermittle, calcul/e/er/ez/s, combien font, combien fait, calcul/a/ar/e/ando/o, calcúla/lo/me, cuánto es, cuánto son, 计算, 算一下, 求解, 算出, 等于多少, 等于几, 求出, 求值, 算算, 口算, 估算, 算清楚, 推算, how far, convert to, percentage of, ergibt, macht das, wie hoch ist, kostet, kosten, combien coûte, revient, cuánto cuesta, cuánto sale, 花了多少, 要花, 总价, 合计, 一共要, 需要多少, 每个多少',
  ],
  [
    'solve',
    'solve//s/d, solution, prove//n, proof, show that, derive, deduce, infer, work through, lös/e/en/t/ung, gelöst, beweis//e/en, zeige dass, leite her, herleit/en/ung, folgere, schlussfolger/e/n/ung, résou/s/dre/dez, résolv/ez/ons, résolution, démontre//r/z, prouve//r/z, déduis, résolvez, resuelv/e/a/es, resolver, resolución, demuestr/a/e, demostrar, deduce, deducir, 求证, 证明, 解方程, 解题, 解答, 推导, 推理, 推断, 求解, 解出, 推出, 逻辑推理, 演算',
  ],
  [
    'math',
    'equation/s, integral, derivative, probability, percent, percentage, fraction, triangle, angle, radius, perimeter, area of, volume of, average speed, speed, integer, prime, sum, product of, square root, matrix, km h, mph, interest rate, compound interest, dice, coin, marbles, remainder, divisible, ratio, gleichung//en, ableitung, wahrscheinlichkeit, prozent, bruch, dreieck, winkel, umfang, fläche, volumen, geschwindigkeit, ganze zahl, primzahl, summe, würfel, zinsen, zinssatz, durchschnitt, quersumme, teilbar, équation//s, dérivée, intégrale, probabilité, pour cent, pourcentage, triangle, aire, périmètre, vitesse, entier, somme, moyenne, intérêts, ecuación, ecuaciones, derivada, probabilidad, por ciento, porcentaje, triángulo, área, perímetro, velocidad, entero, suma, promedio, interés, 方程, 导数, 积分, 概率, 百分, 分数, 三角形, 面积, 周长, 体积, 速度, 整数, 质数, 平方, 公里, 千米, 小时, 年利率, 利率, 平均, 除以, 乘以, 相遇, 骰子, 余数, 整除, 公式, 函数f, 数列, 矩阵',
  ],
  [
    'puzzle',
    'puzzle/s, riddle/s, logic, logical, knights, liar/s, truth tellers, sits next to, seated, left of, exactly one of them, taller than, older than, sudoku, weigh the, river crossing, who lives, which box, rätsel, logik, logisch/e, lügner, lügt, sitzt neben, älter als, größer als, steht links, links von, wer wohnt, waage, énigme//s, devinette, logique, menteur, ment, plus âgé, plus grand que, à gauche de, acertijo//s, adivinanza, lógica, lógico, mentiroso, miente, mayor que, más alto que, a la izquierda de, 谜题, 谜语, 逻辑, 逻辑题, 说谎, 说真话, 坐在, 左边, 右边, 过河, 智力题, 推理题, 称重, 真话, 假话, 排成, 谁是, 比小, who is telling, which door, next number, next in the sequence, odd one out, knobel/aufgabe/ei, wer von, welche zahl folgt, nächste zahl, setze fort, quel est le suivant, suite logique, qui dit, siguiente número, qué número sigue, quién dice, quién de, 下一个数, 找规律, 谁在说谎, 至少需要, 最多可以, 怎样才能',
  ],
  [
    'plan',
    'plan//s/ning, schedule//s, itinerary, roadmap, optimal, minimum number, fewest, shortest route, shortest path, order should, constraint/s, assign each, allocate, arrange, prerequisite, timeline, sequence, plane//n, planung, zeitplan, ablaufplan, dienstplan, reihenfolge, optimal/e/en, mindestens wie, kürzeste/n, nebenbedingung/en, einteilen, verteile, verteilen, planifie//r/z, planning, itinéraire, ordre optimal, contraintes, répartis, organise, planifica//r, itinerario, cronograma, orden óptimo, restricciones, reparte, organiza, horario, 计划, 规划, 安排, 排班, 日程, 行程, 最短, 最少, 最优, 约束, 顺序, 分配, 路线, 排期, 时间表, 先后, 最多能, fit in, before noon, at the same time, only one, passt, gleichzeitig, frühestens, spätestens, erst nach, en même temps, au plus tôt, au plus tard, al mismo tiempo, como muy tarde, antes de, 同时, 最早, 最晚, 不能同时, 怎么安排, 如何安排, 来得及, 先后顺序, 值班',
  ],
  [
    'how_many',
    'how many, how much, how long, how far, how old, how often, what time, wie viele, wie viel, wieviel, wieviele, wie lange, wie weit, wie alt, wie oft, wann, combien, combien de, quelle heure, quel âge, cuántos, cuántas, cuánto, cuánta, a qué hora, 多少, 几个, 几天, 几次, 多久, 多长, 多远, 几人, 一共, 共有, 还剩, 几点, 几种, 多大, 多高, 几岁, 总共',
  ],
  [
    'total',
    'in total, altogether, total, left over, remaining, remain/s, each, per day, per hour, twice as, half as, times as many, insgesamt, übrig, bleiben übrig, jeweils, pro tag, pro stunde, doppelt so, halb so, mal so, je, au total, en tout, il reste, reste t il, chacun/e, par jour, par heure, deux fois, le double, en total, quedan, sobran, le queda, cada uno, por día, por hora, el doble, la mitad, 一共, 总共, 剩下, 每天, 每小时, 每人, 是的两倍, 倍数, 一半, 剩余, 各有, 平分, 其中',
  ],
  [
    'step_by_step',
    'step by step, show your work, show your reasoning, show the steps, think step, reasoning, schritt für schritt, rechenweg, lösungsweg, zeige den rechenweg, begründe, begründung, étape par étape, pas à pas, montre les étapes, justifie, raisonnement, paso a paso, muestra los pasos, justifica, razonamiento, razona, 一步一步, 一步步, 逐步, 步骤, 写出过程, 推理过程, 过程, 解题过程, 理由, 说明理由',
  ],
  // ---------------------------------------------------------------- writing
  [
    'write',
    'write//s/ing, wrote, written, schreib//e/en/t/st, verfass/e/en/t, erstell/e/en/t, écri/s/re/vez/t, rédig/e/er/ez, rédaction, escrib/e/ir/a/eme/as, escríbe/me/nos, redact/a/ar/e, redácta/me, crea, crear, 写一, 写个, 写篇, 写封, 写首, 写出, 撰写, 编写, 帮我写, 写段, 写份, 来一, 创作, 写作, 写几, 写两, 写三, 写条, 代写, invent, make me a, need a text, text for, text about, ein text, text über, text für, denk dir, denk dir aus, ausdenken, erfinde, erfind, dicht/e/en, invente//z/r, un texte, texte pour, texte sur, invent/a/ar/ate, un texto, texto para, texto sobre, 编写一, 编一个, 想一个, 想个, 来段, 来首, 写写, 造句, 整一个, 给我写, 来个',
  ],
  [
    'draft',
    'draft//s/ed, compose, create, produce, generate, come up with, prepare, make up, craft, entwirf, entwerf/en, entwurf, setz auf, setze auf, aufsetzen, erzeug/e/en, generier/e/en/t, gestalt/e/en, kreier/e/en, compose/z/r, crée//r/z, imagine/z/r, génère//r/z, prépare/z/r, brouillon, ébauche, borrador, prepara//r, genera//r, elabora//r, compón, componer, 起草, 拟一, 草拟, 生成, 编一, 编个, 构思, 拟写, 制作, 策划',
  ],
  [
    'ideas',
    'brainstorm//ing, ideas, idea for, suggestions for, name ideas, names for, tagline, slogan//s, pitch, creative, ideen, idee für, namensvorschläge, namen für, vorschläge für, kreativ//e/er, werbespruch, claim, idées, noms pour, slogan, créati/f/ve, accroche, ideas, nombres para, eslogan, lema, creativ/o/a, lluvia de ideas, propuestas, 头脑风暴, 点子, 创意, 灵感, 口号, 广告语, 标语, 起名, 取名, 想几个, 名字',
  ],
  [
    'story',
    'story, stories, tale, fairy tale, novel, chapter, scene, protagonist, short story, fiction, plot, dialogue between, monologue, script for, screenplay, geschichte//n, kurzgeschichte, märchen, roman, kapitel, szene, hauptfigur, krimi, erzählung, drehbuch, histoire//s, conte, roman, nouvelle, chapitre, scène, récit, scénario, historia//s, cuento//s, relato, novela, capítulo, escena, fábula, guion, 故事, 小说, 童话, 剧本, 情节, 主角, 短篇, 寓言, 章节, 片段, 续写, 微小说, 散文, 对白, 科幻, dialogue, opening line, first line, ending, hero, villain, dialog, monolog, anfang, held, heldin, bösewicht, gruselgeschichte, dialogue, incipit, héros, diálogo, monólogo, héroe, comienzo, 对话, 独白, 开头, 结尾, 主人公, 反派',
  ],
  [
    'poem',
    'poem//s, haiku, limerick, sonnet, lyrics, song, rap, verse//s, rhyme//s, ode, gedicht//e, reim//e/en, lied, liedtext, strophe//n, poème//s, vers, chanson, rime//s, strophe, poesía, poema//s, canción, rima//s, estrofa//s, verso//s, 诗歌, 诗一首, 首诗, 歌词, 打油诗, 古诗, 七言, 押韵, 俳句, 对联, 写诗, 现代诗, 藏头诗, 绝句',
  ],
  [
    'marketing',
    'blog post, blog, social media, instagram, linkedin, facebook, newsletter, ad copy, advert, advertisement, product description, press release, landing page, campaign, marketing copy, flyer, tweet about, caption for, promo, blogbeitrag, blogartikel, werbetext, anzeige, anzeigentext, produktbeschreibung, pressemitteilung, kampagne, stellenanzeige, beitrag, publication, annonce, fiche produit, communiqué de presse, campagne, publicité, billet de blog, publicación, anuncio, descripción de producto, nota de prensa, campaña, publicidad, entrada de blog, folleto, 文案, 推文, 朋友圈, 小红书, 公众号, 广告, 宣传, 海报, 产品描述, 新闻稿, 软文, 营销, 种草, 推广, 短视频, 带货, 脚本, copy for, product text, description for, bio, about page, event, shop window, teaser, motto, jingle, produkttext, werbung, spruch, plakat, aushang, beschreibung für, texte produit, affiche, vitrine, descriptif, texto de producto, cartel, escaparate, descripción para, 简介, 店铺, 招牌, 展板, 推荐语, 种草文, 介绍词, 卖点, 祝酒词',
  ],
  [
    'letter',
    'an email to, email to, a letter, letter to, speech, toast, invitation, invite, cover letter, thank you note, apology, greeting card, wishes, birthday, eulogy, reply to, response to, eine mail, eine e mail, einen brief, brief an, rede, einladung//stext, bewerbung, anschreiben, motivationsschreiben, dankesschreiben, entschuldigung, glückwünsche, geburtstag//skarte/srede, kündigung, un mail, un e mail, un courriel, une lettre, discours, invitation, lettre de motivation, remerciement, excuses, vœux, anniversaire, un correo, una carta, discurso, invitación, carta de presentación, carta de motivación, agradecimiento, disculpa, felicitación, cumpleaños, 一封, 邮件给, 演讲稿, 发言稿, 邀请函, 求职信, 感谢信, 道歉信, 祝福语, 贺词, 致辞, 生日, 祝福, 讲话稿, 婚礼, 辞职信, 情书, note to, message to, card, wedding, farewell, thank you, trinkspruch, hochzeit, abschied, karte, grußkarte, gruß, nachricht an, mot pour, carte, mariage, adieu, remerciements, nota para, tarjeta, boda, despedida, mensaje para, 贺卡, 告别, 短信给, 致谢, 留言给, 结婚, 周年',
  ],
  // ---------------------------------------------------------------- code
  [
    'code',
    'code, coding, function//s, method, script, program, snippet, algorithm, source code, pull request, commit, codebase, repo, repository, module, library, package, funktion//en, methode, skript, programm, algorithmus, quellcode, quelltext, modul, bibliothek, fonction//s, méthode, programme, algorithme, bibliothèque, función, funciones, método, programa, algoritmo, biblioteca, código, 代码, 函数, 脚本, 程序, 算法, 源码, 编程, 方法名, 库函数, 模块, 接口, 仓库, 组件',
  ],
  [
    'implement',
    'implement//s/ed/ing, refactor//ed/ing, debug//ging, optimize, compile//s, deploy, unit test//s, tests for, test cases, docstring, type hints, code review, migrate, port to, implementier/e/en, refaktorier/e/en, debugg/e/en, programmier/e/en, unittest//s, implémente//r/z, refactorise/r, débogue/r, programme/r, tests unitaires, implementa//r, refactoriza//r, depura//r, programa, pruebas unitarias, 实现, 重构, 调试, 编译, 部署, 单元测试, 写单测, 优化代码, 改代码, 实现一个, 测试用例, 封装, 报错, 修复, snippet for, one liner, command to, query that, query for, function that, script that, formula for, einzeiler, befehl, abfrage, formel, funktion die, skript das, une fonction, requête, commande pour, formule, una función, consulta que, comando para, fórmula, 写个函数, 写个脚本, 一行命令, 写sql, 查询语句, 公式, 用python, 用java, 用js',
  ],
  [
    'bug',
    'bug//s, error//s, exception//s, traceback, stack trace, stacktrace, crash//es, throws, undefined, null pointer, segfault, doesn t compile, does not work, not working, doesn t work, fails with, fehler//meldung, ausnahme, absturz, funktioniert nicht, geht nicht, wirft, klappt nicht, erreur//s, plante, ne marche pas, ne fonctionne pas, lève, error//es, excepción, fallo, no funciona, falla, 报错, 错误, 异常, 崩溃, 不工作, 空指针, 跑不起来, 失败, 报异常, 编译错误, 死锁, 内存泄漏, hangs, freezes, returns nothing, wrong result, why does my, hängt, stürzt ab, falsches ergebnis, kommt nicht, warum wird, boucle infinie, plantage, mauvais résultat, se cuelga, da error, resultado incorrecto, 卡死, 不生效, 没反应, 超时, 结果不对, 为什么我的, 打不开, 警告',
  ],
  [
    'programming',
    'python, javascript, typescript, java, kotlin, rust, golang, ruby, php, swift, scala, perl, bash, shell, powershell, html, css, react, vue, angular, node, nodejs, django, flask, spring, docker, kubernetes, pandas, numpy, tensorflow, pytorch, sql, postgres, postgresql, mysql, sqlite, mongodb, redis, regex, regexp, regular expression, api, rest, graphql, git, linux, cron, yaml, terraform, ansible, nginx, excel formula, vba, latex, makefile, cmake, dockerfile, jq, awk, sed, npm, pip, webpack, junit, pytest, regulärer ausdruck, regulären ausdruck, expression régulière, expresión regular, 正则, 正则表达式, 数据库, 前端, 后端, 命令行, 爬虫, 命令, 小程序, 查询语句, 配置文件',
  ],
  [
    'syntax',
    'def, return, import, const, let, var, class, public, void, static, async, await, print, console, self, null, none, int, string, struct, fn, func, elif, else, foreach, lambda, enum, extends, throw, catch, select, from, where, insert, update, delete, join, group by, order by, create table, include, std, println, printf',
  ],
  [
    'agent',
    'tool//s, tool call, tool result, function call, exit code, stdout, stderr, read_file, working directory, workspace, repository, test failed, failing test, apply patch, diff, observation, action, thought, werkzeug//e, werkzeugergebnis, outil//s, résultat de l outil, herramienta//s, resultado, 工具, 工具返回, 工具结果, 执行结果, 调用, 测试失败, 返回结果',
  ],
];

/** What else tells: questions, chat, the form of the answer, what is attached, who is addressed. */
export const TELLING: readonly ConceptRow[] = [
  // ---------------------------------------------------------------- questions
  [
    'what_is',
    'what is, what are, what s, whats, what was, what does, what do, what were, was ist, was sind, was war, was bedeutet, was macht, was heißt, qu est ce que, qu est ce, quel est, quelle est, quels sont, quelles sont, c est quoi, qué es, qué son, cuál es, cuáles son, qué significa, que es, 什么是, 是什么, 有哪些, 是啥, 什么叫, 指什么, 什么意思, 哪些, 什么时候, 何谓',
  ],
  [
    'who_when_where',
    'who is, who was, who are, who wrote, who invented, who discovered, who, when did, when was, when is, when does, when do, where is, where are, where can, where do, where, which country, which city, which year, what year, what color, what colour, wer ist, wer war, wer hat, wer, wann ist, wann war, wann wurde, wo ist, wo liegt, wo kann, wo finde, wo, in welchem jahr, welches land, welche stadt, qui est, qui a, qui, quand, où est, où se trouve, où, en quelle année, quel pays, quién es, quién fue, quién, cuándo, dónde está, dónde, en qué año, qué país, 谁是, 谁发明, 何时, 哪里, 在哪, 哪年, 哪个国家, 哪一年, 是谁, 什么时候, 位于, 哪个城市, 怎么走, 哪位, 在哪里, 哪国',
  ],
  [
    'how_to',
    'how do i, how do you, how can i, how can we, how to, how does, how do, how is, how are, how should i, can i, can you, is there, are there, is it possible, do i need, do i have, does it, wie kann ich, wie kann man, wie mache ich, wie macht man, wie funktioniert, wie geht, wie wird, wie bekomme ich, wie stelle ich, kann ich, kann man, darf ich, darf man, gibt es, muss ich, brauche ich, comment faire, comment puis je, comment fonctionne, comment, peut on, puis je, est ce que, y a t il, faut il, cómo puedo, cómo se, cómo hago, cómo funciona, cómo, puedo, se puede, hay que, tengo que, hay alguna, 怎么, 如何, 怎样, 怎么做, 能不能, 可以吗, 怎么弄, 需要多, 能否, 可不可以, 吗？, 要多久, 怎么用, 有什么办法',
  ],
  [
    'question',
    'question//s, answer//s/ed/ing, q and a, faq, frage//n, antwort//e/en/et, beantwort/e/en/et, question//s, répon/ds/dre/dez/se/ses, pregunta//s, respuesta//s, respond/e/er/a, contesta//r, 问题, 回答, 答案, 提问, 请问, 解答, 作答, 问答, 回复',
  ],
  [
    'from_context',
    'based on, according to, using the context, from the context, using only, only the context, provided context, the passage, given passage, the documents, the sources, excerpt/s, knowledge base, cite, not in the context, if the answer, don t know, do not know, not contain, anhand, laut, gemäß, auf grundlage, basierend auf, nur mit, aus dem kontext, kontext, wissensbasis, quelle angeben, steht nicht, nicht im, auszug, auszüge, d après, selon, à partir de, en te basant, contexte, base de connaissances, si la réponse, extrait/s, según, basándote, a partir de, con base en, contexto, base de conocimiento, si la respuesta, no está en, fragmento/s, 根据, 基于, 依据, 参考, 上下文, 资料, 知识库, 文档中, 不知道, 没有提到, 引用, 文中, 资料中, 找不到, 仅根据, 只根据',
  ],
  [
    'define',
    'definition, define, meaning, meaning of, capital, stand for, stands for, synonym/s, population, invented, discovered, located, height, born, died, founded, definition, definiere, bedeutung, hauptstadt, steht für, synonym/e, einwohner, erfunden, entdeckt, geboren, gegründet, définition, définis, signification, capitale, synonyme/s, habitants, inventé, né, fondé, definición, define, significado, capital, sinónimo/s, habitantes, inventó, nació, fundó, 定义, 含义, 首都, 简称, 同义词, 人口, 发明, 发现, 出生, 成立, 海拔, 缩写, 全称, 常识',
  ],
  // ---------------------------------------------------------------- chat
  [
    'greeting',
    'hello, hi, hey, hiya, yo, good morning, good evening, good afternoon, good night, hallo, guten morgen, guten tag, guten abend, gute nacht, moin, servus, grüß gott, bonjour, bonsoir, salut, coucou, bonne nuit, hola, buenos días, buenas tardes, buenas noches, buenas, 你好, 您好, 早上好, 晚上好, 大家好, 早安, 晚安, 在吗, 下午好, 哈喽, 嗨嗨, 中午好, 你好呀',
  ],
  [
    'thanks',
    'thanks, thank you, thx, cheers, bye, goodbye, see you, danke, vielen dank, dankeschön, tschüss, bis bald, bis morgen, merci, au revoir, à bientôt, bonne journée, gracias, muchas gracias, adiós, hasta luego, 谢谢, 多谢, 感谢, 再见, 拜拜, 辛苦了, 谢啦',
  ],
  [
    'small_talk',
    'how are you, how s it going, how is it going, what s up, how was your, how is your, are you there, are you human, are you real, do you like, tell me about yourself, who are you, what s your name, your favorite, your favourite, wie geht s, wie geht es dir, wie geht es ihnen, was machst du, wie war dein, bist du ein mensch, bist du echt, magst du, wer bist du, wie heißt du, dein lieblings, erzähl mir, erzähl mal, comment ça va, comment vas tu, ça va, quoi de neuf, tu es, qui es tu, tu aimes, ton préféré, raconte moi, cómo estás, qué tal, qué haces, eres humano, quién eres, te gusta, tu favorito, cuéntame, cómo te llamas, 你好吗, 最近怎么样, 在干嘛, 你是谁, 你叫什么, 你喜欢, 聊聊, 陪我, 聊天, 吃了吗, 在忙吗, 你会不会, 怎么样啊, 聊一聊, 你是真人, 你觉得呢, 哈哈, 无聊, 闲聊, guess what, tell me something, tell me a joke, a joke, you there, miss me, weißt du was, einen witz, na du, und selbst, rate mal, devine, une blague, et toi, t es là, adivina, un chiste, y tú, estás ahí, 讲个笑话, 笑话, 猜猜, 你猜, 你呢, 在不在, 陪我说, 随便聊',
  ],
  [
    'feelings',
    'i feel, i m feeling, feeling, i m so, so tired, tired, sad, lonely, bored, happy, excited, nervous, stressed, anxious, i miss, i love, i hate, haha, lol, wow, omg, ugh, cool, great, awesome, nice, ich fühle, mir ist langweilig, langweilig, müde, traurig, einsam, glücklich, aufgeregt, nervös, gestresst, vermisse, haha, krass, puh, oh, toll, super, echt, je me sens, fatigué/e, triste, seul/e, content/e, stressé/e, je m ennuie, mdr, génial, me siento, cansad/o/a, triste, sol/o/a, aburrid/o/a, content/o/a, estresad/o/a, jaja, genial, echo de menos, 我觉得, 难过, 好累, 开心, 孤独, 紧张, 郁闷, 心情, 烦死, 失眠, 想你, 好烦, 压力, 太好了, 哈哈, 呜呜, 难受, 焦虑, 伤心, 无聊, 睡不着, 分手, 好开心',
  ],
  [
    'role_play',
    'role play, roleplay, pretend, act as, you are a character, stay in character, in character, character, play the role, let s play, be my, imagine you are, speak as, persona, companion, rollenspiel, spiel/e die rolle, tu so als, stell dir vor du, du spielst, in der rolle, bleib in der rolle, figur, begleiter, jeu de rôle, joue le rôle, fais comme si, imagine que tu, incarne, personnage, compagnon, juego de rol, haz de, actúa como, imagina que eres, interpreta a, personaje, compañero, 扮演, 角色扮演, 假装, 你现在是, 你演, 角色, 保持角色, 人设, 你就是, 陪伴, 伙伴',
  ],
  [
    'support',
    'customer service, customer support, support agent, support chat, live chat, chatbot, helpdesk, customers, my order, refund, my account, delivery, cancel my, i ordered, hasn t arrived, log in, kundenservice, kundendienst, support, chat assistent, chatbot, kunden, meine bestellung, erstattung, mein konto, lieferung, kündigen, ich habe bestellt, nicht angekommen, einloggen, service client, assistance, clients, ma commande, remboursement, mon compte, livraison, annuler, pas reçu, j ai commandé, atención al cliente, soporte, clientes, mi pedido, reembolso, mi cuenta, entrega, cancelar, no ha llegado, he pedido, 客服, 客户, 我的订单, 退款, 我的账号, 快递, 退货, 取消订单, 还没到, 登录不了, 售后, 发货, 会员, 换货, 下单, 顾客',
  ],
  [
    'first_person',
    'i, my, me, i m, i ve, mine, ich, mein, meine, meinen, meiner, mir, mich, je, j ai, mon, ma, mes, moi, yo, mi, mis, me, estoy, tengo, soy, 我的, 我是, 我有, 我在, 我想, 我们, 我要, 我家, 我今, 我刚, 我老, 我妈',
  ],
  [
    'we',
    'we, our, us, our company, our team, wir, unser, unsere, unseren, unserer, uns, nous, notre, nos, nosotros, nuestro, nuestra, nuestros, 我们, 咱们, 我司, 本公司, 我们公司, 我们团队',
  ],
  [
    'you',
    'you, your, you re, yourself, du, dein, deine, dir, dich, bist, tu, ton, ta, tes, toi, tú, eres, te, tus, 你的, 你会, 你能, 你是, 你有, 你在, 你好, 你们, 你想, 你说',
  ],
  // ---------------------------------------------------------------- form of the answer
  [
    'only_answer',
    'only, answer only, reply only, reply with, respond with, respond only, return only, output only, just the, nothing else, no explanation, no comment/s, no extra, without explanation, no preamble, nur, antworte nur, gib nur, ausschließlich, sonst nichts, ohne erklärung, ohne kommentar, nichts weiter, keine erklärung, keine kommentare, uniquement, réponds uniquement, seulement, rien d autre, sans explication, sans commentaire, solo, sólo, únicamente, responde solo, responde únicamente, devuelve solo, nada más, sin explicación, sin comentarios, 只输出, 只返回, 仅输出, 仅返回, 不要解释, 只需, 只回复, 只给, 无需解释, 不要输出, 直接输出, 不解释, 不要多余, 不用解释',
  ],
  [
    'json',
    'json, json object, valid json, xml, csv, yaml, key value pairs, jsonl, toml, markdown table, json objekt, json format, objet json, objeto json, 格式输出, 以json, json格式, 输出格式, 返回格式, 数组, 键值对',
  ],
  [
    'one_word',
    'one word, single word, one letter, single letter, single number, a number, one number, ein wort, einem wort, einem einzigen wort, ein buchstabe, eine zahl, nur eine zahl, un mot, un seul mot, une lettre, un chiffre, une seule lettre, una palabra, una sola palabra, una letra, un número, 一个词, 一个字, 一个字母, 一个数字, 一个单词, 一词',
  ],
  [
    'length_limit',
    'words, sentence, sentences, in one sentence, in two sentences, in three sentences, paragraph/s, lines, characters, max, at most, no more than, no longer than, under 100, under 50, short, brief, briefly, wörter, worten, wörtern, satz, sätze, sätzen, in einem satz, absatz, absätze, zeilen, zeichen, maximal, höchstens, kurz, kurze, kurzer, knapp, mots, phrase/s, en une phrase, paragraphe/s, lignes, caractères, maximum, au plus, court/e, bref, brève, brièvement, palabras, frase/s, oración, oraciones, en una frase, párrafo/s, líneas, caracteres, máximo, como mucho, breve/mente, corto, corta, 字以内, 以内, 不超过, 一句话, 两句话, 三句话, 句话, 字左右, 简短, 简要, 最多, 一段话, 百字, 字内, 字的, 三点, 三条',
  ],
  [
    'bullets',
    'bullet points, bullet/s, bullet list, numbered list, numbered, table, headings, stichpunkte//n, aufzählung, nummerierte liste, tabelle, tabellarisch, puces, liste à puces, tableau, liste numérotée, viñetas, lista con viñetas, tabla, lista numerada, 要点列表, 条列, 分点, 表格, 列点, 编号列表, 逐条, 分条, 条目',
  ],
  [
    'keep',
    'keep the meaning, keep, preserve, unchanged, do not change, don t change, same meaning, without changing, leave, placeholders, keep the formatting, behalte, beibehalten, bewahre, unverändert, nicht verändern, ohne den inhalt, gleicher inhalt, gleiche bedeutung, lass, platzhalter, sinn, conserve/z, garde//r/z, sans changer, sans modifier, ne change pas, le sens, balises, mantén, conserva//r, sin cambiar, no cambies, mismo significado, el sentido, etiquetas, 保持, 保留, 不改变, 不变, 原意, 不要改, 意思不变, 占位符, 原样, 不动',
  ],
  [
    'invent_not',
    'do not invent, don t invent, never invent, do not make up, don t make up, do not add, never add, no opinions, erfinde nichts, nichts erfinden, nichts hinzufügen, keine meinung, n invente rien, n ajoute rien, ne rien inventer, no inventes, no añadas, sin inventar, 不要编造, 不得编造, 不添加, 不要添加, 不要臆测, 不许编',
  ],
  // ---------------------------------------------------------------- what is attached
  [
    'given',
    'following, below, above, attached, here is, here s, these, given, this text, the text, folgende/n/r/s, unten, oben, obige/n, hier ist, hier der, anbei, diesen text, diese, dieser, diesem, den text, der text, suivant/e/es/s, ci dessous, ci dessus, ci joint, voici, ce texte, le texte, cette, siguiente/s, a continuación, abajo, arriba, adjunto, este texto, el texto, aquí está, esta, este, 以下, 下面, 上面, 下列, 如下, 上述, 附件, 这段, 这篇, 这句, 这封, 这条, 这份, 下文, 给定, 这个',
  ],
  [
    'long_text',
    'article, report, paper, transcript, meeting, thread, conversation, chapter, book, document, study, news, call, essay, notes, artikel, bericht, studie, mitschrift, sitzung, besprechung, verlauf, gespräch, kapitel, buch, dokument, nachrichten, aufsatz, notizen, mitteilung, article, rapport, étude, transcription, réunion, conversation, document, notes, artículo, informe, estudio, transcripción, reunión, conversación, documento, notas, libro, 文章, 报告, 论文, 会议, 记录, 会议记录, 聊天记录, 新闻, 文档, 讨论, 通话, 访谈, 笔记, 全文, 帖子, 书籍',
  ],
  [
    'short_text',
    'review, reviews, comment/s, tweet/s, message/s, ticket/s, request/s, feedback, utterance, headline, query, post, email, mail, rezension/en, kommentar/e, nachricht/en, anfrage/n, rückmeldung, kundenmeinung, meldung, anliegen, avis, commentaire/s, message/s, ticket/s, demande/s, retour client, reseña/s, opinión, comentario/s, mensaje/s, ticket/s, solicitud/es, consulta/s, 评论, 留言, 微博, 消息, 工单, 反馈, 评价, 弹幕, 这条, 邮件, 短信, 帖子',
  ],
  [
    'record_text',
    'invoice/s, receipt/s, contract/s, resume, cv, job posting, log, logs, order, form, bill, recipe, rental, rechnung/en, beleg, quittung, vertrag, verträge, lebenslauf, protokolldatei, bestellung/en, formular, rezept, angebot, lieferschein, facture/s, reçu, contrat/s, cv, commande, formulaire, recette, devis, bon de livraison, factura/s, recibo, contrato/s, currículum, pedido/s, formulario, receta, presupuesto, albarán, 发票, 收据, 合同, 简历, 日志, 订单, 表单, 菜谱, 招聘, 病历, 票据, 账单, 快递单',
  ],
  [
    'table_text',
    'data, table, dataset, numbers, figures, results, survey, sales, metrics, spreadsheet, chart, daten, tabelle, zahlen, ergebnisse, umfrage, verkaufszahlen, kennzahlen, diagramm, données, tableau, chiffres, résultats, enquête, ventes, graphique, datos, tabla, cifras, resultados, encuesta, ventas, gráfico, 数据, 表格, 数字, 结果, 调查, 销售, 指标, 图表, 销量, 报表, 统计',
  ],
  [
    'plain_text',
    'text, sentence, paragraph, passage, wording, strings, ui, subtitles, label, texte, satz, absatz, passage, zeichenkette, untertitel, beschriftung, phrase, paragraphe, chaîne, sous titres, texto, frase, párrafo, cadena, subtítulos, 文本, 句子, 段落, 原文, 文字, 字幕, 内容, 话术, 界面',
  ],
  [
    'example',
    'example/s, input, output, e g, for example, beispiel/e, eingabe, ausgabe, zum beispiel, z b, exemple/s, entrée, sortie, par exemple, ejemplo/s, entrada, salida, por ejemplo, 示例, 例如, 例子, 输入, 输出, 举例, 样例',
  ],
  // ---------------------------------------------------------------- who is addressed
  [
    'role',
    'you are, you re a, your job, your task, your role, your goal, you will, you receive, du bist, deine aufgabe, deine rolle, dein job, sie sind, ihre aufgabe, du erhältst, du bekommst, tu es, vous êtes, ta tâche, ton rôle, votre tâche, tu reçois, eres, usted es, tu tarea, tu trabajo, su tarea, recibes, tu función, 你是, 你是一, 您是, 你的任务, 你的职责, 作为一, 你将, 你负责, 请扮演, 你会收到, 任务是, 用户会, 用户发',
  ],
  [
    'assistant',
    'assistant, helper, ai, bot, helpful, assistent//in, hilfreicher, ki, assistant/e, utile, asistente, útil, 助手, 智能, 机器人, 小助手, 人工智能, 助理',
  ],
  [
    'expert',
    'analyst, consultant, advisor, adviser, strategist, expert, specialist, auditor, reviewer, economist, analyst//in, berater//in, gutachter//in, experte, expertin, fachmann, fachfrau, prüfer, analyste, consultant//e, conseiller//ère, expert//e, stratège, analista, consultor//a, asesor//a, expert/o/a, especialista, 分析师, 顾问, 专家, 评审, 审计, 咨询, 策略师, 专员',
  ],
  [
    'developer',
    'developer, programmer, engineer, software engineer, senior engineer, devops, dba, coding assistant, pair programmer, entwickler//in, programmierer//in, softwareentwickler, ingenieur//in, développeu/r/se, ingénieur//e, programmeur, desarrollador//a, programador//a, ingenier/o/a, 程序员, 工程师, 开发者, 架构师, 开发, 码农, 运维',
  ],
  [
    'author',
    'writer, copywriter, author, poet, novelist, storyteller, ghostwriter, editor, proofreader, journalist, autor//in, texter//in, dichter//in, schriftsteller//in, lektor//in, korrektor, redakteur//in, rédact/eur/rice, auteur//e, poète, conteur, correct/eur/rice, redactor//a, autor//a, poeta, escritor//a, corrector//a, editor//a, 作家, 作者, 诗人, 文案, 编辑, 写手, 校对员, 记者, 编剧, 小说家',
  ],
  [
    'teacher',
    'teacher, tutor, professor, student/s, exam, homework, lehrer//in, tutor, schüler//in/innen, prüfung, hausaufgabe/n, klausur, professeur//e, élève/s, examen, devoirs, profesor//a, alumn/o/a/os, examen, deberes, tarea, 老师, 教师, 导师, 学生, 考试, 作业, 辅导, 习题, 题目',
  ],
  [
    'bot_engine',
    'engine, service, classifier, extractor, translator, summarizer, pipeline, api endpoint, parser, module, dienst, klassifikator, übersetzer, dolmetscher, extraktor, moteur, service de, classifieur, traducteur, extracteur, motor, servicio de, clasificador, traductor, intérprete, extractor, 引擎, 服务, 分类器, 提取器, 翻译引擎, 翻译器, 解析器, 系统, 模型, 翻译官, 标注员',
  ],
];
