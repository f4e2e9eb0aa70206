/**
 * The code points that SASLprep (RFC 4013) leaves as they are, in hexadecimal, by the direction they are written in: assigned in Unicode 3.2
 * (RFC 3454, table A.1 has the others), mapped neither to nothing (B.1) nor to a space (C.1.2), not prohibited (C.2.1 to C.9), and unchanged by
 * NFKC. Derived from those tables, which never change.
 */
/** RandALCat: table D.1. */
export const rightToLeft =
  '5be 5c0 5c3 5d0-5ea 5f0-5f4 61b 61f 621-63a 640-64a 66d-66f 671-674 679-6d5 6e5-6e6 6fa-6fe 700-70d 710 ' +
  '712-72c 780-7a5 7b1 fe73'

/** LCat: table D.2. */
export const leftToRight =
  '41-5a 61-7a c0-d6 d8-f6 f8-131 134-13e 141-148 14a-17e 180-1c3 1cd-1f0 1f4-220 222-233 250-2ad 2bb-2c1 2d0-2d1 ' +
  '2ee 386 388-38a 38c 38e-3a1 3a3-3ce 3d7-3ef 3f3 400-482 48a-4ce 4d0-4f5 4f8-4f9 500-50f 531-556 559-55f ' +
  '561-586 589 903 905-939 93d-940 949-94c 950 960-961 964-970 982-983 985-98c 98f-990 993-9a8 9aa-9b0 9b2 ' +
  '9b6-9b9 9be-9c0 9c7-9c8 9cb-9cc 9d7 9e0-9e1 9e6-9f1 9f4-9fa a05-a0a a0f-a10 a13-a28 a2a-a30 a32 a35 a38-a39 ' +
  'a3e-a40 a5c a66-a6f a72-a74 a83 a85-a8b a8d a8f-a91 a93-aa8 aaa-ab0 ab2-ab3 ab5-ab9 abd-ac0 ac9 acb-acc ad0 ' +
  'ae0 ae6-aef b02-b03 b05-b0c b0f-b10 b13-b28 b2a-b30 b32-b33 b36-b39 b3d-b3e b40 b47-b48 b4b-b4c b57 b5f-b61 ' +
  'b66-b70 b83 b85-b8a b8e-b90 b92-b95 b99-b9a b9c b9e-b9f ba3-ba4 ba8-baa bae-bb5 bb7-bb9 bbe-bbf bc1-bc2 ' +
  'bc6-bc8 bca-bcc bd7 be7-bf2 c01-c03 c05-c0c c0e-c10 c12-c28 c2a-c33 c35-c39 c41-c44 c60-c61 c66-c6f c82-c83 ' +
  'c85-c8c c8e-c90 c92-ca8 caa-cb3 cb5-cb9 cbe cc0-cc4 cc7-cc8 cca-ccb cd5-cd6 cde ce0-ce1 ce6-cef d02-d03 ' +
  'd05-d0c d0e-d10 d12-d28 d2a-d39 d3e-d40 d46-d48 d4a-d4c d57 d60-d61 d66-d6f d82-d83 d85-d96 d9a-db1 db3-dbb ' +
  'dbd dc0-dc6 dcf-dd1 dd8-ddf df2-df4 e01-e30 e32 e40-e46 e4f-e5b e81-e82 e84 e87-e88 e8a e8d e94-e97 e99-e9f ' +
  'ea1-ea3 ea5 ea7 eaa-eab ead-eb0 eb2 ebd ec0-ec4 ec6 ed0-ed9 f00-f0b f0d-f17 f1a-f34 f36 f38 f3e-f42 f44-f47 ' +
  'f49-f4c f4e-f51 f53-f56 f58-f5b f5d-f68 f6a f7f f85 f88-f8b fbe-fc5 fc7-fcc fcf 1000-1021 1023-1027 1029-102a ' +
  '102c 1031 1038 1040-1057 10a0-10c5 10d0-10f8 10fb 1100-1159 115f-11a2 11a8-11f9 1200-1206 1208-1246 1248 ' +
  '124a-124d 1250-1256 1258 125a-125d 1260-1286 1288 128a-128d 1290-12ae 12b0 12b2-12b5 12b8-12be 12c0 12c2-12c5 ' +
  '12c8-12ce 12d0-12d6 12d8-12ee 12f0-130e 1310 1312-1315 1318-131e 1320-1346 1348-135a 1361-137c 13a0-13f4 ' +
  '1401-1676 1681-169a 16a0-16f0 1700-170c 170e-1711 1720-1731 1735-1736 1740-1751 1760-176c 176e-1770 1780-17b6 ' +
  '17be-17c5 17c7-17c8 17d4-17da 17dc 17e0-17e9 1810-1819 1820-1877 1880-18a8 1e00-1e99 1ea0-1ef9 1f00-1f15 ' +
  '1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f70 1f72 1f74 1f76 1f78 1f7a 1f7c 1f80-1fb4 ' +
  '1fb6-1fba 1fbc 1fc2-1fc4 1fc6-1fc8 1fca 1fcc 1fd0-1fd2 1fd6-1fda 1fe0-1fe2 1fe4-1fea 1fec 1ff2-1ff4 1ff6-1ff8 ' +
  '1ffa 1ffc 2180-2183 2336-237a 2395 3005-3007 3021-3029 3031-3035 303b-303c 3041-3096 309d-309e 30a1-30fa ' +
  '30fc-30fe 3105-312c 3190-3191 31a0-31b7 31f0-31ff 327f 3400-4db5 4e00-9fa5 a000-a48c ac00-d7a3 fa0e-fa0f fa11 ' +
  'fa13-fa14 fa1f fa21 fa23-fa24 fa27-fa29 10300-1031e 10320-10323 10330-1034a 10400-10425 10428-1044d ' +
  '1d000-1d0f5 1d100-1d126 1d12a-1d15d 1d165-1d166 1d16a-1d172 1d183-1d184 1d18c-1d1a9 1d1ae-1d1ba 1d1c1-1d1dd ' +
  '20000-2a6d6'

/** In neither table: digits, punctuation, marks. */
export const neutral =
  '20-40 5b-60 7b-7e a1-a7 a9 ab-ac ae b0-b1 b6-b7 bb bf d7 f7 2b9-2ba 2c2-2cf 2d2-2d7 2de-2df 2e5-2ed 300-33f ' +
  '342 345-34e 360-36f 375 3f6 483-486 488-489 58a 591-5a1 5a3-5b9 5bb-5bd 5bf 5c1-5c2 5c4 60c 64b-655 660-66c ' +
  '670 6d6-6dc 6de-6e4 6e7-6ed 6f0-6f9 711 730-74a 7a6-7b0 901-902 93c 941-948 94d 951-954 962-963 981 9bc ' +
  '9c1-9c4 9cd 9e2-9e3 9f2-9f3 a02 a3c a41-a42 a47-a48 a4b-a4d a70-a71 a81-a82 abc ac1-ac5 ac7-ac8 acd b01 b3c ' +
  'b3f b41-b43 b4d b56 b82 bc0 bcd c3e-c40 c46-c48 c4a-c4d c55-c56 cbf cc6 ccc-ccd d41-d43 d4d dca dd2-dd4 dd6 ' +
  'e31 e34-e3a e3f e47-e4e eb1 eb4-eb9 ebb-ebc ec8-ecd f18-f19 f35 f37 f39-f3d f71-f72 f74 f7a-f7e f80 f82-f84 ' +
  'f86-f87 f90-f92 f94-f97 f99-f9c f9e-fa1 fa3-fa6 fa8-fab fad-fb8 fba-fbc fc6 102d-1030 1032 1036-1037 1039 ' +
  '1058-1059 169b-169c 1712-1714 1732-1734 1752-1753 1772-1773 17b7-17bd 17c6 17c9-17d3 17db 1800-1805 1807-180a ' +
  '18a9 2010 2012-2016 2018-2023 2027 2030-2032 2035 2038-203b 203d 203f-2046 204a-2052 20a0-20a7 20a9-20b1 ' +
  '20d0-20ea 2104 2108 2114 2117-2118 211e-211f 2123 2125 2127 2129 212e 2132 213a 2141-2144 214a-214b 2190-222b ' +
  '222e 2231-2328 232b-2335 237b-2394 2396-23ce 2400-2426 2440-244a 24eb-24fe 2500-2613 2616-2617 2619-267d ' +
  '2680-2689 2701-2704 2706-2709 270c-2727 2729-274b 274d 274f-2752 2756 2758-275e 2761-2794 2798-27af 27b1-27be ' +
  '27d0-27eb 27f0-2a0b 2a0d-2a73 2a77-2adb 2add-2aff 2e80-2e99 2e9b-2e9e 2ea0-2ef2 3001-3004 3008-3020 302a-3030 ' +
  '3037 303d-303f 3099-309a 30a0 30fb a490-a4c6 fb1e fd3e-fd3f fe20-fe23 fe45-fe46 1d167-1d169 1d17b-1d182 ' +
  '1d185-1d18b 1d1aa-1d1ad'
