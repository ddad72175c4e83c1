//! The camera: pictures of what is before the phone, grey and small enough to read codes in.

use std::cell::Cell;

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{call, document, get, let_go, object, whole, window};

/// The longer side of a picture, by turns: a code of 61 squares that fills half of the larger has seven points a square.
/// What a reader cannot make out in one size it often can in another.
const SIDES: [f64; 2] = [960.0, 720.0];

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CameraError {
    /// No camera, or a page that may have none (plain http).
    #[error("no camera")]
    Missing,
    /// Another app has it.
    #[error("the camera is busy")]
    Busy,
    /// The person or the browser said no.
    #[error("the camera is not allowed")]
    Refused,
}

/// An open camera that shows itself in a video element; closed when dropped.
#[derive(Debug)]
pub(crate) struct Camera {
    video: JsValue,
    stream: JsValue,
    paper: JsValue,
    pen: JsValue,
    /// Which of the sizes is next.
    turn: Cell<bool>,
}

impl Camera {
    /// Opens the camera at the back of the phone, where there is one.
    pub(crate) async fn open(video: &str) -> Result<Self, CameraError> {
        let devices = window()
            .and_then(|window| get(&window.navigator(), "mediaDevices"))
            .ok_or(CameraError::Missing)?;
        let number = |ideal: u32| object(&[("ideal", ideal.into())]).into();
        let back = object(&[("ideal", "environment".into())]).into();
        let wish = [
            ("facingMode", back),
            ("width", number(1280)),
            ("height", number(720)),
        ];
        let wish = object(&[("audio", false.into()), ("video", object(&wish).into())]);
        let asked = call(&devices, "getUserMedia", &[&wish])
            .and_then(|asked| asked.dyn_into::<js_sys::Promise>().ok())
            .ok_or(CameraError::Missing)?;
        let stream = JsFuture::from(asked).await.map_err(|error| {
            match super::describe(&error).0.as_str() {
                "NotFoundError" | "OverconstrainedError" => CameraError::Missing,
                "NotReadableError" | "AbortError" => CameraError::Busy,
                _ => CameraError::Refused,
            }
        })?;
        let make = |tag| document().and_then(|document| document.create_element(tag).ok());
        let video = document().and_then(|document| document.get_element_by_id(video));
        let parts = video.zip(make("canvas"));
        let Some((video, paper)) = parts else {
            stop(&stream);
            return Err(CameraError::Missing);
        };
        let often = object(&[("willReadFrequently", true.into())]);
        let pen = call(&paper, "getContext", &[&"2d".into(), &often]);
        let camera = Self {
            video: video.into(),
            pen: pen.unwrap_or_default(),
            paper: paper.into(),
            turn: Cell::new(false),
            stream,
        };
        let_go(Reflect::set(
            &camera.video,
            &"srcObject".into(),
            &camera.stream,
        ));
        if let Some(Ok(playing)) = call(&camera.video, "play", &[]).map(JsCast::dyn_into) {
            let playing: js_sys::Promise = playing;
            // What does not play shows no picture; the person sees that.
            let_go(JsFuture::from(playing).await);
        }
        Ok(camera)
    }

    /// What is before the camera now: width, height, one byte a point. None before the first picture.
    pub(crate) fn picture(&self) -> Option<(usize, usize, Vec<u8>)> {
        let side = |name| get(&self.video, name)?.as_f64();
        let (width, height) = (side("videoWidth")?, side("videoHeight")?);
        if width < 1.0 || height < 1.0 {
            return None;
        }
        let [large, small] = SIDES;
        let side = if self.turn.replace(!self.turn.get()) {
            small
        } else {
            large
        };
        let scale = (side / width.max(height)).min(1.0);
        let (width, height) = ((width * scale).floor(), (height * scale).floor());
        for (name, length) in [("width", width), ("height", height)] {
            let is_set = get(&self.paper, name).and_then(|set| set.as_f64()) == Some(length);
            if !is_set {
                let_go(Reflect::set(&self.paper, &name.into(), &length.into()));
            }
        }
        let none = JsValue::from(0);
        let (width, height) = (JsValue::from(width), JsValue::from(height));
        call(
            &self.pen,
            "drawImage",
            &[&self.video, &none, &none, &width, &height],
        );
        let image = call(&self.pen, "getImageData", &[&none, &none, &width, &height])?;
        let points = get(&image, "data")?;
        let points = Uint8Array::new(&get(&points, "buffer")?).to_vec();
        // Of red, green, blue and opacity, green is nearest to what the eye calls bright.
        let grey = points
            .chunks_exact(4)
            .filter_map(|point| point.get(1).copied());
        let length = |value: &JsValue| usize::try_from(whole(value.as_f64()?)).ok();
        Some((length(&width)?, length(&height)?, grey.collect()))
    }
}

fn stop(stream: &JsValue) {
    let tracks = call(stream, "getTracks", &[]).unwrap_or_default();
    for track in Array::from(&tracks).iter() {
        call(&track, "stop", &[]);
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        stop(&self.stream);
    }
}

/// Keeps the screen from going dark while a person holds it up, where the browser can (W3C Screen Wake Lock); until the
/// value is dropped.
#[derive(Debug)]
pub(crate) struct Awake(JsValue);

impl Awake {
    /// Asks for it; none when the browser cannot.
    pub(crate) async fn ask() -> Option<Self> {
        let lock = get(&window()?.navigator(), "wakeLock")?;
        let asked: js_sys::Promise = call(&lock, "request", &[&"screen".into()])?
            .dyn_into()
            .ok()?;
        JsFuture::from(asked).await.ok().map(Self) // refused when the battery is low: nothing depends on it
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        call(&self.0, "release", &[]);
    }
}
